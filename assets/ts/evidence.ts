// From a receipt to what it rests on: a line of the timeline that is shown already is gone to at once; for any other the
// link leads to the part of the timeline that holds it.

import { find } from "./dom.ts";

export function goToEvidence(): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-evidence]") : null;
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const line = document.getElementById(new URL(link.href).hash.slice(1));
    if (line === null) return;
    event.preventDefault();
    const tab = find(HTMLInputElement, line.matches(".tl") ? "#part-time" : "#part-facts");
    if (tab) tab.checked = true; // on a phone the parts of a record are tabs
    location.hash = line.id;
    line.tabIndex = -1;
    line.scrollIntoView({ block: "center" });
    line.focus({ preventScroll: true });
  });
}
