document.addEventListener("DOMContentLoaded", () => {
  if (!window.Plotly) return; // the alternative text stays
  for (const figure of document.querySelectorAll("figure.figure")) {
    const plot = figure.querySelector("div.plot");
    const { data, layout } = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    plot.replaceChildren();
    Plotly.newPlot(plot, data, { ...layout, autosize: true }, { responsive: true, displayModeBar: false });
  }
  window.addEventListener("beforeprint", () => {
    for (const plot of document.querySelectorAll("div.plot")) Plotly.Plots.resize(plot);
  });
});
