// Facts of a record are changed where they stand: Enter or a click makes a field of one, Enter saves, Escape leaves it.
// And a list of choices in a menu is narrowed by what is typed above it.

import { find, findAll } from "./dom.ts";

export function editFacts(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-edit]") : null;
    if (!target || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    edit(target);
  });
}

function edit(fact: HTMLAnchorElement): void {
  const form = document.createElement("form");
  form.className = "fact-edit";
  form.method = "post";
  form.action = fact.dataset["action"] ?? "";
  const key = document.createElement("input");
  key.type = "hidden";
  key.name = "key";
  key.value = fact.dataset["edit"] ?? "";
  const value = document.createElement("input");
  value.className = "input";
  value.name = "value";
  value.value = fact.textContent ?? "";
  value.setAttribute("aria-label", fact.dataset["label"] ?? "");
  value.autocomplete = "off";
  form.append(key, value);
  fact.hidden = true;
  fact.after(form);
  value.select();
  value.focus();
  let isOver = false;
  const leave = (): void => {
    if (isOver) return;
    isOver = true;
    form.remove();
    fact.hidden = false;
  };
  value.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    leave();
    fact.focus();
  });
  value.addEventListener("blur", leave);
  form.addEventListener("submit", (event) => {
    if (value.value !== fact.textContent) {
      isOver = true; // the page that comes shows what was saved
      return;
    }
    event.preventDefault();
    leave();
    fact.focus();
  });
}

/** Opens what `E` opens, and narrows the choices of a menu. */
export function chooseByTyping(): void {
  for (const summary of findAll(HTMLElement, "summary[data-press]")) {
    const details = summary.parentElement;
    if (!(details instanceof HTMLDetailsElement)) continue;
    // Opened here and not by the browser, which tells of it only later: what is typed at once is the field's already.
    summary.addEventListener("click", (event) => {
      event.preventDefault();
      details.open = !details.open;
      if (!details.open) return;
      const tab = find(HTMLInputElement, "#part-facts");
      if (tab) tab.checked = true;
      const field = find(HTMLInputElement, "input:not([type=hidden])", details);
      field?.focus();
      field?.setSelectionRange(field.value.length, field.value.length);
    });
  }
  for (const menu of findAll(HTMLElement, "[data-choose]")) {
    const input = find(HTMLInputElement, "input[type=search]", menu);
    const choices = findAll(HTMLButtonElement, "button", menu);
    if (!input) continue;
    const shown = (): HTMLButtonElement[] => choices.filter((choice) => !choice.hidden);
    menu.addEventListener("beforetoggle", () => {
      input.value = "";
      for (const choice of choices) choice.hidden = false;
    });
    input.addEventListener("input", () => {
      const typed = input.value.trim().toLowerCase();
      for (const choice of choices) choice.hidden = !(choice.textContent ?? "").toLowerCase().includes(typed);
    });
    menu.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        const all = shown();
        const at = all.findIndex((choice) => choice === document.activeElement);
        const next = all[at + step];
        (next ?? (step < 0 ? input : all[0]))?.focus();
      } else if (event.key === "Enter" && document.activeElement === input) {
        event.preventDefault();
        shown()[0]?.click();
      }
    });
  }
}
