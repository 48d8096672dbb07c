// The palette: what is typed narrows the pages and commands, and finds people, companies and words as one types.

import { find, findAll, text } from "./dom.ts";

/** How long the palette waits for the next letter before it asks. */
const TYPING_MS = 60;

export function openPalette(): void {
  const palette = find(HTMLElement, "#palette");
  const input = palette && find(HTMLInputElement, "input", palette);
  const list = palette && find(HTMLElement, "ul", palette);
  if (!palette || !input || !list) return;

  const search = find(HTMLElement, "[data-search]", list);
  const asks = list.dataset["found"] ?? "";
  let named = 0;
  // What is chosen is the link or the button itself; the item around it only keeps its place in the list.
  const within = (item: HTMLElement): HTMLElement | null => find(HTMLElement, "a, button", item);
  const name = (item: HTMLElement): void => {
    item.role = "presentation";
    const option = within(item);
    if (!option) return;
    option.id = `option-${named++}`;
    option.role = "option";
    option.ariaSelected = "false";
    option.tabIndex = -1; // the arrows choose; the focus stays where one types
  };
  const fixed = findAll(HTMLElement, "[data-option], [data-search]", list);
  fixed.forEach(name);
  for (const heading of findAll(HTMLElement, ".menu__label", list)) heading.role = "presentation";
  list.role = "listbox";
  list.id = "palette-list";
  input.role = "combobox";
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "true");

  const shown = (): HTMLElement[] =>
    findAll(HTMLElement, "[role=option]", list).filter((option) => !option.closest("li")?.hidden);
  const chosen = (): HTMLElement | undefined =>
    shown().find((option) => option.getAttribute("aria-selected") === "true");
  const choose = (next: HTMLElement | undefined): void => {
    for (const option of findAll(HTMLElement, "[role=option]", list)) {
      option.setAttribute("aria-selected", String(option === next));
    }
    if (next) input.setAttribute("aria-activedescendant", next.id);
    else input.removeAttribute("aria-activedescendant");
    next?.scrollIntoView({ block: "nearest" });
  };
  const label = (): void => {
    for (const heading of findAll(HTMLElement, ".menu__label", list)) {
      let next = heading.nextElementSibling;
      while (next instanceof HTMLElement && next.hidden) next = next.nextElementSibling;
      heading.hidden = !(next instanceof HTMLElement && next.matches("[data-option]"));
    }
  };
  const narrow = (): void => {
    const typed = input.value.trim();
    const words = typed.toLowerCase().split(/\s+/);
    for (const option of fixed) {
      const says = (option.textContent ?? "").toLowerCase();
      option.hidden = option === search ? typed === "" : !words.every((word) => says.includes(word));
    }
    label();
    if (search) {
      const said = find(HTMLElement, "[data-typed]", search);
      if (said) said.textContent = typed;
      const link = find(HTMLAnchorElement, "a", search);
      if (link && input.form) link.href = `${input.form.action}?${new URLSearchParams({ [input.name]: typed })}`;
    }
    choose(shown()[0]);
  };

  // What this page itself offers stands first: whatever has a name in `data-command`.
  const offer = (): void => {
    for (const old of findAll(HTMLElement, "[data-offered]", list)) {
      fixed.splice(fixed.indexOf(old), 1);
      old.remove();
    }
    const offered = findAll(HTMLElement, "[data-command]").map((target) => {
      const option = document.createElement("li");
      option.dataset["option"] = "";
      option.dataset["offered"] = "";
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = target.dataset["command"] ?? "";
      button.addEventListener("click", () => {
        palette.hidePopover();
        if (target.matches("input, textarea, select")) target.focus();
        else target.click();
      });
      option.append(button);
      name(option);
      return option;
    });
    list.prepend(...offered);
    fixed.push(...offered);
  };

  // The last answer counts, whatever comes first; one that is late finds nothing typed that it is about.
  let asked = "";
  let hasMoved = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const put = (items: HTMLElement[]): void => {
    const kept = chosen();
    for (const old of findAll(HTMLElement, "[data-hit]", list)) old.remove();
    const before = findAll(HTMLElement, "[data-offered]", list).at(-1);
    for (const item of items) {
      item.dataset["hit"] = "";
      if (item.matches("[data-option]")) name(item);
      else item.role = "presentation";
    }
    if (before) before.after(...items);
    else list.prepend(...items);
    label();
    // Whoever had chosen keeps what they chose; else the first is.
    choose(hasMoved && kept && shown().includes(kept) ? kept : shown()[0]);
  };
  const ask = async (): Promise<void> => {
    const typed = input.value.trim();
    asked = typed;
    if (typed === "" || asks === "") return put([]);
    const answer = await text(`${asks}?${new URLSearchParams({ q: typed })}`, "text/html");
    if (answer === null || asked !== typed || !palette.matches(":popover-open")) return;
    const part = new DOMParser().parseFromString(answer, "text/html");
    put(findAll(HTMLElement, "li", part).map((item) => document.adoptNode(item)));
    list.dataset["for"] = typed;
  };

  // Before, and not after: what is typed at once must not be lost. The field has the focus by its `autofocus`.
  palette.addEventListener("beforetoggle", (event) => {
    if (!(event instanceof ToggleEvent) || event.newState !== "open") return;
    input.value = "";
    asked = "";
    put([]);
    offer();
    narrow();
  });
  input.addEventListener("input", () => {
    hasMoved = false;
    narrow();
    clearTimeout(waiting);
    waiting = setTimeout(() => void ask(), TYPING_MS);
  });
  input.addEventListener("keydown", (event) => {
    const all = shown();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const by = event.key === "ArrowDown" ? 1 : -1;
      hasMoved = true;
      choose(all[(at + by + all.length) % all.length]);
      event.preventDefault();
    } else if (event.key === "Enter") {
      const link = all[at];
      if (!link) return;
      event.preventDefault();
      if (link instanceof HTMLAnchorElement && (event.metaKey || event.ctrlKey)) open(link.href, "_blank", "noopener");
      else link.click();
    }
  });
  list.addEventListener("pointermove", (event) => {
    hasMoved = true;
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=option]") : null;
    if (option?.getAttribute("aria-selected") === "false") choose(option);
  });
}
