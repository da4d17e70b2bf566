document.addEventListener("DOMContentLoaded", () => {
  if (!window.Plotly) return; // the alternative text stays
  const { download, saving, saved } = document.body.dataset;
  Plotly.register({
    moduleType: "locale",
    name: "report",
    dictionary: {
      "Download plot as a PNG": download,
      "Taking snapshot - this may take a few seconds": saving,
      "Snapshot succeeded": saved,
    },
    format: {},
  });
  const config = { responsive: true, displaylogo: false, modeBarButtons: [["toImage"]], locale: "report" };
  for (const figure of document.querySelectorAll("figure.figure")) {
    const plot = figure.querySelector("div.plot");
    const { data, layout } = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    plot.replaceChildren();
    Plotly.newPlot(plot, data, { ...layout, autosize: true }, config);
  }
  window.addEventListener("beforeprint", () => {
    for (const plot of document.querySelectorAll("div.plot")) Plotly.Plots.resize(plot);
  });
});
