// The theme that was chosen last, else that of the system, before anything is drawn.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("crm-theme");
  } catch {
    // no storage: the choice lasts as long as the page
  }
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
