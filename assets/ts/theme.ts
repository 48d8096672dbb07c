// Loaded before anything is painted, so that a chosen theme never flashes. Without a choice the
// system decides, and goes on deciding when it changes its mind.

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const themes = ["light", "dark"];

const chosen = (): string | null => {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null; // storage may be forbidden; the switch then lasts as long as the page
  }
};

const apply = (): void => {
  const wanted = chosen();
  root.dataset["theme"] = wanted && themes.includes(wanted) ? wanted : system.matches ? "dark" : "light";
};

apply();
root.classList.add("js");
system.addEventListener("change", apply);

addEventListener("click", (event) => {
  const target = event.target;
  if (!(target instanceof Element) || !target.closest("[data-theme-toggle]")) return;
  root.dataset["theme"] = root.dataset["theme"] === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset["theme"]);
  } catch {
    // nothing to remember it with
  }
});
