// The panel below the bell: the newest that one was told, wherever one is. Without it the bell leads to the page of
// notifications, as it does where a click asks for a window of its own.

import { find, findAll, text } from "./dom.ts";

const bell = (): HTMLAnchorElement | null => find(HTMLAnchorElement, "[data-bell]");
const panel = (): HTMLElement | null => find(HTMLElement, "#bell-panel");
const isOpen = (here: HTMLElement): boolean => here.matches(":popover-open");

export function openBelowBell(): void {
  const [at, here] = [bell(), panel()];
  if (!at || !here) return;
  at.setAttribute("aria-haspopup", "dialog");
  at.setAttribute("aria-expanded", "false");
  // A press outside closes what is open, and would open it again if it is on the bell.
  let wasOpen = false;
  at.addEventListener("pointerdown", () => (wasOpen = isOpen(here)), true);
  at.addEventListener("click", (event) => {
    // G N presses the link by script, and goes to the page.
    if (!event.isTrusted || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (!wasOpen) void show(at, here);
    wasOpen = false;
  });
  here.addEventListener("toggle", () => at.setAttribute("aria-expanded", String(isOpen(here))));
  here.addEventListener("submit", (event) => {
    if (!(event.target instanceof HTMLFormElement)) return;
    event.preventDefault();
    void send(event.target, here);
  });
  here.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || !step(event.key, here)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/** Opens the panel, or closes it; whether there is a bell. */
export function toggleBell(): boolean {
  const [at, here] = [bell(), panel()];
  if (!at || !here) return false;
  if (isOpen(here)) here.hidePopover();
  else void show(at, here);
  return true;
}

/** Something was told, or seen: what is open shows it. */
export function bellRang(): void {
  const here = panel();
  if (here && isOpen(here)) void fill(here);
}

async function show(at: HTMLAnchorElement, here: HTMLElement): Promise<void> {
  here.setAttribute("aria-busy", "true");
  if (!(await fill(here))) {
    location.assign(at.href);
    return;
  }
  // The focus comes back to where it was; from nowhere, to the bell.
  if (document.activeElement === document.body) at.focus();
  here.showPopover();
  (find(HTMLElement, ".bells a", here) ?? find(HTMLElement, "a", here))?.focus();
}

async function fill(here: HTMLElement): Promise<boolean> {
  const html = await text(here.dataset["panel"] ?? "", "text/html");
  here.removeAttribute("aria-busy");
  if (html === null) return false;
  const links = (): HTMLElement[] => findAll(HTMLElement, "a, button", here);
  const focused = here.contains(document.activeElement) ? document.activeElement : null;
  const [href, place] = [focused?.getAttribute("href"), links().findIndex((link) => link === focused)];
  const part = new DOMParser().parseFromString(html, "text/html");
  here.replaceChildren(...[...part.body.childNodes].map((node) => document.adoptNode(node)));
  if (focused) (links().find((link) => link.getAttribute("href") === href && href) ?? links()[place] ?? links()[0])?.focus();
  return true;
}

async function send(form: HTMLFormElement, here: HTMLElement): Promise<void> {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) fields.set(name, String(value));
  const answer = await fetch(form.action, { method: "POST", body: fields }).catch(() => null);
  if (!answer?.ok || !(await fill(here))) location.assign(bell()?.href ?? form.action);
}

/** Whether the key meant something in the panel. */
function step(key: string, here: HTMLElement): boolean {
  const rows = findAll(HTMLElement, ".bells > li > a", here);
  const row = document.activeElement?.closest(".bells > li");
  const at = rows.findIndex((link) => link.parentElement === row);
  const go = (to: number): boolean => {
    rows[Math.max(0, Math.min(to, rows.length - 1))]?.focus();
    return rows.length > 0;
  };
  switch (key) {
    case "j":
    case "ArrowDown":
      return go(at + 1);
    case "k":
    case "ArrowUp":
      return go(at < 0 ? 0 : at - 1);
    case "Home":
      return go(0);
    case "End":
      return go(rows.length - 1);
    case "b":
      here.hidePopover();
      return true;
    case "x":
    case "X": {
      const all = find(HTMLButtonElement, ".bell-panel__head button", here);
      all?.click();
      return all !== null;
    }
    default:
      return false;
  }
}
