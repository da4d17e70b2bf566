// Draws every figure below an element that is not drawn yet; figures that a page gets later are drawn by another call.
function drawFigures(root) {
  if (!window.Plotly) return; // the alternative text stays
  const { download, saving, saved } = (root.querySelector("[data-download]") || document.body).dataset;
  Plotly.register({
    moduleType: "locale",
    name: "report",
    dictionary: {
      "Taking snapshot - this may take a few seconds": saving,
      "Snapshot succeeded": saved,
    },
    format: {},
  });
  for (const figure of root.querySelectorAll("figure.figure:not([data-drawn])")) {
    figure.dataset.drawn = "";
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
}
document.addEventListener("DOMContentLoaded", () => {
  drawFigures(document);
  window.addEventListener("beforeprint", () => {
    for (const plot of document.querySelectorAll("div.plot")) if (plot.data) Plotly.Plots.resize(plot);
  });
});
