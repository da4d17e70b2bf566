document.addEventListener("DOMContentLoaded", () => {
  if (!window.Plotly) return; // the alternative text stays
  const { download, saving, saved } = document.body.dataset;
  Plotly.register({
    moduleType: "locale",
    name: "report",
    dictionary: {
      "Taking snapshot - this may take a few seconds": saving,
      "Snapshot succeeded": saved,
    },
    format: {},
  });
  for (const figure of document.querySelectorAll("figure.figure")) {
    const plot = figure.querySelector("div.plot");
    const { data, layout, picture } = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    // A saved picture has title, subtitle and caption, which the page writes around the figure.
    const save = () => {
      const annotations = [...(layout.annotations || []), ...(picture.annotations || [])];
      const whole = { ...layout, ...picture, annotations, paper_bgcolor: "#fff", width: plot.clientWidth };
      Plotly.downloadImage({ data, layout: whole }, { format: "png", scale: 2, width: whole.width, height: whole.height });
    };
    const button = { name: "save", title: download, icon: Plotly.Icons.camera, click: save };
    const config = { responsive: true, displaylogo: false, modeBarButtons: [[button]], locale: "report" };
    plot.replaceChildren();
    Plotly.newPlot(plot, data, { ...layout, autosize: true }, config);
  }
  window.addEventListener("beforeprint", () => {
    for (const plot of document.querySelectorAll("div.plot")) Plotly.Plots.resize(plot);
  });
});
