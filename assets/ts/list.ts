// Lists: stepping from row to row, loading more as one scrolls, and counts that stay true.

import { find, findAll, grouped, text } from "./dom.ts";
import { follow } from "./poll.ts";

/** How often counts are asked for while the page is looked at. */
const COUNTS_EVERY_MS = 5_000;

const rows = (): HTMLElement[] => findAll(HTMLElement, "[data-rows] > [data-row]");

/** The row that holds the focus. */
export function currentRow(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("[data-row]") ?? null;
}

/** Puts the focus on the link of the next row, or of the one before; at first on the first. */
export function stepThroughRows(by: 1 | -1): boolean {
  const all = rows();
  const here = currentRow();
  const at = here ? all.indexOf(here) + by : 0;
  const row = all[Math.min(Math.max(at, 0), all.length - 1)];
  if (!row) return false;
  find(HTMLAnchorElement, "a[href]", row)?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  return true;
}

let seen: IntersectionObserver | null = null;

/** Loads the next page when the link to it comes near, and puts its rows below these. */
export function loadAsOneScrolls(): void {
  seen?.disconnect();
  const link = find(HTMLAnchorElement, "a[data-more]");
  const list = find(HTMLElement, "[data-rows]");
  if (!link || !list) return;
  seen = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen?.disconnect();
      void append(link, list);
    },
    { rootMargin: "600px" },
  );
  seen.observe(link);
}

async function append(link: HTMLAnchorElement, list: HTMLElement): Promise<void> {
  link.setAttribute("aria-busy", "true");
  const answer = await text(link.href, "text/html");
  link.removeAttribute("aria-busy");
  if (answer === null) return; // the link stays, and can be followed
  if (!link.isConnected) return; // another list stands there meanwhile
  const page = new DOMParser().parseFromString(answer, "text/html");
  // What was there when somebody joined above may come again at the border of two pages.
  const known = new Set(rows().map(address));
  for (const row of findAll(HTMLElement, "[data-rows] > [data-row]", page)) {
    if (!known.has(address(row))) list.append(document.adoptNode(row));
  }
  const next = find(HTMLAnchorElement, "a[data-more]", page);
  if (!next) {
    link.remove();
    return;
  }
  link.href = next.href;
  loadAsOneScrolls();
}

function address(row: HTMLElement): string {
  return find(HTMLAnchorElement, "a[href]", row)?.getAttribute("href") ?? "";
}

/** Another list stands in the place of the one before. */
export function listChanged(): void {
  loadAsOneScrolls();
  void countFound();
  for (const part of findAll(HTMLElement, "[data-swap] [data-poll]")) follow(part, 0);
  document.dispatchEvent(new Event("listed"));
}

/** Counts change in place; rows never jump under a pointer. */
export function keepCounts(): void {
  void countFound();
  const asks = find(HTMLElement, "[data-live]")?.dataset["live"];
  if (!asks) return;
  setInterval(() => {
    if (!document.hidden) void refreshCounts(asks);
  }, COUNTS_EVERY_MS);
}

/** How long counting whom a condition finds may take of the time: what takes longer is asked for less often. */
const COUNTING_SHARE = 0.02;
let counting: number | undefined;

/** Asks how many conditions find: at once where the page does not say it yet, then again and again. */
async function countFound(): Promise<void> {
  clearTimeout(counting);
  const began = performance.now();
  let asked = 0;
  for (const place of findAll(HTMLElement, "[data-total-asks]")) {
    const asks = place.dataset["totalAsks"];
    if (!asks || document.hidden) continue;
    asked += 1;
    const answer = await text(asks, "application/json");
    if (answer === null || !place.isConnected) continue;
    const { count, is_more: isMore } = JSON.parse(answer) as { count: number | null; is_more?: boolean };
    if (count === null) continue;
    put(place, count, isMore);
    // Where nobody is without a value there is nothing to say of them.
    const without = place.closest<HTMLElement>("[data-without]");
    if (without) without.hidden = count === 0;
  }
  const took = performance.now() - began;
  const wait = Math.max(COUNTS_EVERY_MS, asked > 0 ? took / COUNTING_SHARE : 0);
  clearTimeout(counting);
  if (find(HTMLElement, "[data-total-asks]")) counting = window.setTimeout(() => void countFound(), wait);
}

async function refreshCounts(asks: string): Promise<void> {
  const answer = await text(asks, "application/json");
  if (answer === null) return;
  const counts: unknown = JSON.parse(answer);
  if (typeof counts !== "object" || counts === null) return;
  for (const [word, count] of Object.entries(counts)) {
    if (typeof count !== "number") continue;
    for (const place of findAll(HTMLElement, `[data-count="${CSS.escape(word)}"]`)) put(place, count);
    const isHere = find(HTMLElement, `[aria-current] [data-count="${CSS.escape(word)}"]`) !== null;
    if (isHere) for (const place of findAll(HTMLElement, "[data-total]:not([data-total-asks])")) put(place, count);
  }
}

function put(place: HTMLElement, count: number, isMore = false): void {
  const words = `${grouped.format(count)}${isMore ? "+" : ""}`;
  if (place.textContent !== words) place.textContent = words;
}
