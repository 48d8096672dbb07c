// W, and every address that ends in #receipt, lead to the evidence: on a record to its receipt, in a list to the
// record of the row one is on.

import { find } from "./dom.ts";
import { currentRow } from "./list.ts";

const EVIDENCE = "#receipt";

export function showWhy(): boolean {
  const evidence = find(HTMLElement, EVIDENCE);
  if (evidence) {
    const tab = find(HTMLInputElement, "#part-why");
    if (tab) tab.checked = true; // on a phone the parts of a record are tabs
    evidence.scrollIntoView({ block: "nearest" });
    evidence.focus({ preventScroll: true });
    return true;
  }
  const link = find(HTMLAnchorElement, "a[href]", currentRow() ?? document.createElement("p"));
  if (!link) return false;
  location.assign(`${link.href}${EVIDENCE}`);
  return true;
}

export function showWhyIfAsked(): void {
  const look = (): void => {
    if (location.hash === EVIDENCE) showWhy();
  };
  addEventListener("hashchange", look);
  look();
}
