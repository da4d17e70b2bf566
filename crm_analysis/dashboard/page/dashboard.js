// What the page does by itself: draws figures, turns to tabs from links, switches the theme, prints.
const root = document.documentElement;

function switchTheme() {
  const theme = root.dataset.theme === "dark" ? "light" : "dark";
  root.dataset.theme = theme;
  try {
    localStorage.setItem("crm-theme", theme);
  } catch {
    // the choice lasts as long as the page
  }
}

function tabOf(page) {
  return [...document.querySelectorAll(".crm-tabs button")].find((button) => button.title === page);
}

document.addEventListener("click", (event) => {
  if (event.target.closest(".crm-theme")) return switchTheme();
  if (event.target.closest(".crm-print")) return print();
  const link = event.target.closest(".crm-app a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
  const tab = tabOf(link.getAttribute("href").split(/[/#]/).pop());
  if (!tab) return undefined;
  event.preventDefault();
  for (const open of document.querySelectorAll("[popover]:popover-open")) open.hidePopover();
  tab.click();
  return window.scrollTo(0, 0);
});

let told = "";
function settle() {
  const words = document.getElementById("crm-words");
  if (words) root.lang = words.dataset.lang === "ko" ? "ko" : "en";
  const project = document.querySelector(".crm-head .project");
  if (project) document.title = project.textContent;
  for (const button of document.querySelectorAll(".crm-tabs button, .crm-lang button")) {
    button.setAttribute("aria-pressed", button.classList.contains("mod-active"));
  }
  drawFigures(document);
  const again = document.querySelector("button.crm-again");
  if (again && !told) {
    told = "yes"; // a page can be made long before its visitor comes: ask once for what was published since
    again.click();
  }
}

let waiting = 0;
new MutationObserver(() => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(settle);
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });

const config = document.getElementById("jupyter-config-data");
const kernel = config && JSON.parse(config.textContent).kernelId;
const asking = setInterval(async () => {
  const answer = await fetch(`${document.body.dataset.root}api/kernels/${kernel}`).catch(() => null);
  if (!answer || answer.status !== 404) return;
  clearInterval(asking);
  const note = document.createElement("p");
  note.className = "failure";
  note.setAttribute("role", "alert");
  note.textContent = document.getElementById("crm-words")?.dataset.ended || "";
  document.querySelector(".crm-app")?.prepend(note);
}, 60000);
