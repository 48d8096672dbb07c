// The palette: what is typed narrows the pages and commands, and may be searched for.

import { find, findAll } from "./dom.ts";

export function openPalette(): void {
  const palette = find(HTMLElement, "#palette");
  const input = palette && find(HTMLInputElement, "input", palette);
  const list = palette && find(HTMLElement, "ul", palette);
  if (!palette || !input || !list) return;

  const options = findAll(HTMLElement, "[data-option], [data-search]", list);
  const search = find(HTMLElement, "[data-search]", list);
  for (const [place, option] of options.entries()) {
    option.id = `option-${place}`;
    option.role = "option";
    const link = find(HTMLAnchorElement, "a", option);
    if (link) link.tabIndex = -1; // the arrows choose; the focus stays where one types
  }
  list.role = "listbox";
  list.id = "palette-list";
  input.role = "combobox";
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "true");

  const shown = (): HTMLElement[] => options.filter((option) => !option.hidden);
  const choose = (chosen: HTMLElement | undefined): void => {
    for (const option of options) option.setAttribute("aria-selected", String(option === chosen));
    input.setAttribute("aria-activedescendant", chosen?.id ?? "");
    chosen?.scrollIntoView({ block: "nearest" });
  };
  const narrow = (): void => {
    const typed = input.value.trim();
    const words = typed.toLowerCase().split(/\s+/);
    for (const option of options) {
      const says = (option.textContent ?? "").toLowerCase();
      option.hidden = option === search ? typed === "" : !words.every((word) => says.includes(word));
    }
    for (const label of findAll(HTMLElement, ".menu__label", list)) {
      let next = label.nextElementSibling;
      while (next instanceof HTMLElement && next.hidden) next = next.nextElementSibling;
      label.hidden = !(next instanceof HTMLElement && next.matches("[data-option]"));
    }
    if (search) {
      const said = find(HTMLElement, "[data-typed]", search);
      if (said) said.textContent = typed;
      const link = find(HTMLAnchorElement, "a", search);
      if (link && input.form) link.href = `${input.form.action}?${new URLSearchParams({ [input.name]: typed })}`;
    }
    choose(shown()[0]);
  };

  // Before, and not after: what is typed at once must not be lost. The field has the focus by its `autofocus`.
  palette.addEventListener("beforetoggle", (event) => {
    if (!(event instanceof ToggleEvent) || event.newState !== "open") return;
    input.value = "";
    narrow();
  });
  input.addEventListener("input", narrow);
  input.addEventListener("keydown", (event) => {
    const all = shown();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const by = event.key === "ArrowDown" ? 1 : -1;
      choose(all[(at + by + all.length) % all.length]);
      event.preventDefault();
    } else if (event.key === "Enter") {
      const link = all[at] && find(HTMLAnchorElement, "a", all[at]);
      if (!link) return;
      event.preventDefault();
      if (event.metaKey || event.ctrlKey) open(link.href, "_blank", "noopener");
      else link.click();
    }
  });
  list.addEventListener("pointermove", (event) => {
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=option]") : null;
    if (option?.getAttribute("aria-selected") === "false") choose(option);
  });
}
