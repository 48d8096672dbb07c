// What others change while a page is open. The server says that something changed; the page is asked for again, and the
// parts of it that are different take the place of those that are there. Nothing is taken away under somebody's hands: a
// part in which one types, or has a form open, waits until one is done.
//
// A browser keeps few lines to one server open, so that only pages that are seen have one.

import { bellRang } from "./bell.ts";
import { find, findAll, text } from "./dom.ts";

/** Several changes that come together are looked at once. */
const GATHER_MS = 150;
/** How long it is said who changed something. */
const SAID_MS = 8_000;

let names: string[] = [];
let waits: ReturnType<typeof setTimeout> | undefined;
let by: string | null = null;

export function listenLive(): void {
  const bell = find(HTMLElement, "[data-bell]");
  if (!bell) return; // nobody is signed in
  const main = find(HTMLElement, "main[data-hears]");
  const on = main?.dataset["hears"] ?? "";
  let source: EventSource | null = null;
  const open = (): void => {
    if (source || document.hidden) return;
    source = new EventSource(on ? `/live?on=${encodeURIComponent(on)}` : "/live");
    source.addEventListener("bell", (event) => {
      ring(bell, Number(told(event)["unseen"] ?? 0));
      bellRang();
      if (main && !on) refreshSoon(null);
    });
    source.addEventListener("changed", (event) => {
      const data = told(event);
      refreshSoon(data["own"] === true ? null : typeof data["by"] === "string" ? data["by"] : null);
    });
    source.addEventListener("reload", () => refreshSoon(null));
    source.addEventListener("present", (event) => {
      const data = told(event)["names"];
      names = Array.isArray(data) ? data.map(String) : [];
      present();
    });
  };
  const close = (): void => {
    source?.close();
    source = null;
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      close();
    } else {
      open();
      refreshSoon(null); // what was said meanwhile nobody heard
    }
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  // A click is a button held and let go of on the same thing: taken away between the two, it would be lost.
  addEventListener("pointerdown", (event) => (pressed = event.target instanceof Node ? event.target : null), true);
  for (const done of ["pointerup", "pointercancel"]) {
    addEventListener(done, () => setTimeout(letGo), true);
  }
  // What waited for somebody to be done.
  for (const done of ["focusout", "toggle"]) {
    document.addEventListener(done, () => setTimeout(swapWaiting), true);
  }
  open();
}

function told(event: MessageEvent): Record<string, unknown> {
  const data: unknown = JSON.parse(String(event.data));
  return typeof data === "object" && data !== null ? { ...data } : {};
}

function ring(bell: HTMLElement, unseen: number): void {
  const count = unseen > 99 ? "99+" : String(unseen);
  for (const place of findAll(HTMLElement, "[data-bell-count]", bell)) {
    place.textContent = count;
    if (place.ariaHidden === "true") place.hidden = unseen === 0;
  }
}

function present(): void {
  const place = find(HTMLElement, "[data-present]");
  if (!place) return;
  const last = names[names.length - 1] ?? "";
  const who = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${last} are` : `${last} is`;
  place.textContent = names.length > 0 ? `${who} looking at this record` : "";
}

function refreshSoon(who: string | null): void {
  by = who ?? by;
  if (findAll(HTMLElement, "[data-part]").length === 0) return;
  clearTimeout(waits);
  waits = setTimeout(() => void refresh(), GATHER_MS);
}

/** Parts that are to take the place of those of the same id once nobody works there. */
const waiting = new Map<string, Element>();

async function refresh(): Promise<void> {
  const html = await text(location.pathname + location.search, "text/html");
  if (html === null) return;
  const page = new DOMParser().parseFromString(html, "text/html");
  waiting.clear();
  for (const part of findAll(HTMLElement, "[data-part]")) {
    const next = page.getElementById(part.id);
    if (next && next.innerHTML !== untouched(part)) waiting.set(part.id, next);
  }
  const who = by;
  by = null;
  if (waiting.size === 0) return;
  if (who !== null) say(`${who} changed this just now.`);
  swapWaiting();
}

/** As it was sent, before it was worked with: what one opens and what says who is there is no change. */
const sent = new WeakMap<Element, string>();

function untouched(part: HTMLElement): string {
  return sent.get(part) ?? clean(part);
}

function clean(part: HTMLElement): string {
  const copy = part.cloneNode(true);
  if (!(copy instanceof HTMLElement)) return part.innerHTML;
  for (const details of findAll(HTMLDetailsElement, "details[open]", copy)) details.open = false;
  for (const place of findAll(HTMLElement, "[data-present]", copy)) place.textContent = "";
  for (const row of findAll(HTMLElement, "[tabindex='-1']", copy)) row.removeAttribute("tabindex");
  return copy.innerHTML;
}

function swapWaiting(): void {
  for (const [id, next] of waiting) {
    const part = document.getElementById(id);
    if (!part || !("part" in part.dataset)) {
      waiting.delete(id);
    } else if (!isBusy(part)) {
      waiting.delete(id);
      swap(part, next);
    }
  }
}

/** What a button or a finger is held on. */
let pressed: Node | null = null;

function letGo(): void {
  pressed = null;
  swapWaiting();
}

/** Whether somebody types in it, has a form open in it, or is about to click there. */
function isBusy(part: HTMLElement): boolean {
  if (pressed && part.contains(pressed)) return true;
  const active = document.activeElement;
  if (active && part.contains(active) && active.matches("input, textarea, select, [contenteditable]")) return true;
  if (find(HTMLElement, ".fact-edit", part)) return true;
  return findAll(HTMLDetailsElement, "details[open]", part).some((details) => find(HTMLFormElement, "form", details));
}

function swap(part: HTMLElement, next: Element): void {
  const active = document.activeElement;
  const focused = active && part.contains(active) ? address(active) : null;
  const opened = findAll(HTMLDetailsElement, "details[open]", part).map((one) => one.textContent);
  part.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
  sent.set(part, next.innerHTML);
  for (const details of findAll(HTMLDetailsElement, "details", part)) {
    if (opened.includes(details.textContent)) details.open = true;
  }
  if (focused) find(HTMLElement, focused, part)?.focus({ preventScroll: true });
  part.dataset["changed"] = "";
  setTimeout(() => delete part.dataset["changed"], 2_000);
  present();
}

/** By what an element is found again in the part that takes the place of its own. */
function address(element: Element): string | null {
  if (element.id) return `#${CSS.escape(element.id)}`;
  for (const name of ["data-edit", "href", "action", "data-press"]) {
    const value = element.getAttribute(name);
    if (value) return `[${name}="${CSS.escape(value)}"]`;
  }
  return null;
}

function say(words: string): void {
  let place = find(HTMLElement, ".live-said");
  if (!place) {
    place = document.createElement("p");
    place.className = "live-said";
    place.role = "status";
    document.body.append(place);
  }
  place.textContent = words;
  const said = place;
  setTimeout(() => {
    if (said.textContent === words) said.textContent = "";
  }, SAID_MS);
}
