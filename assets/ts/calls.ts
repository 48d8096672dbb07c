// The reference of the API: the list of calls narrows as one types, and a call is sent from the page that tells of it.

import { find, findAll } from "./dom.ts";

/** How a call was answered, as the page and the program tell it alike. */
interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  is_whole: boolean;
  took_us: number;
}

/** Headers of an answer that are shown. */
const SHOWN = [
  "content-type",
  "etag",
  "location",
  "idempotent-replayed",
  "ratelimit-limit",
  "ratelimit-remaining",
  "ratelimit-reset",
  "retry-after",
  "allow",
];

export function findCalls(): void {
  const field = find(HTMLInputElement, "[data-call-search]");
  if (!field) return;
  const links = findAll(HTMLAnchorElement, "a[data-call]");
  const shown = (): HTMLAnchorElement[] => links.filter((link) => !link.closest("[hidden]"));
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const link of links) {
      const text = (link.dataset["call"] ?? "").toLowerCase();
      const item = link.closest("li");
      if (item) item.hidden = !words.every((word) => text.includes(word));
    }
    for (const group of findAll(HTMLElement, "[data-calls]")) {
      group.hidden = findAll(HTMLElement, "li:not([hidden])", group).length === 0;
    }
    const count = find(HTMLElement, "[data-call-count]");
    if (count) count.textContent = words.length === 0 ? "" : `${shown().length} of ${links.length}`;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") shown()[0]?.click();
    if (event.key === "ArrowDown") shown()[0]?.focus();
    if (event.key === "Escape") {
      field.value = "";
      field.dispatchEvent(new Event("input"));
      field.blur();
    }
    if (["Enter", "ArrowDown", "Escape"].includes(event.key)) event.preventDefault();
  });
  find(HTMLElement, ".calls__list")?.addEventListener("keydown", (event) => {
    const here = shown().indexOf(event.target as HTMLAnchorElement);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (here < 0 || step === 0) return;
    event.preventDefault();
    const next = shown()[here + step];
    if (next) next.focus();
    else if (step < 0) field.focus();
  });
  // Whoever opens a call sees where it stands among the others.
  const here = find(HTMLElement, "a[data-call][aria-current]");
  const list = find(HTMLElement, ".calls__list");
  if (here && list) list.scrollTop = here.offsetTop - list.clientHeight / 2;
}

export function tryCalls(): void {
  const panel = find(HTMLElement, "[data-try-call]");
  const form = panel && find(HTMLFormElement, "form[data-try]", panel);
  if (!panel || !form) return;
  form.hidden = false;
  const says = find(HTMLElement, "[data-try-status]", form);
  const token = find(HTMLElement, "[data-token]", form);
  const asToken = (): boolean => new FormData(form).get("as") === "token";
  form.addEventListener("input", () => {
    if (token) token.hidden = !asToken();
    const curl = find(HTMLElement, "[data-curl] code", panel);
    if (curl) curl.textContent = atShell(panel, form);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  async function send(): Promise<void> {
    if (!panel || !form || !says) return;
    says.textContent = "Sent; waiting for the answer.";
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await (asToken() ? byToken(panel, form) : bySession(panel, form));
      if (typeof answer === "string") says.replaceChildren(answer);
      else if (answer instanceof Node) says.replaceChildren(answer);
      else show(panel, says, answer);
    } catch {
      says.textContent = "There was no answer: is the server there?";
    }
    form.removeAttribute("aria-busy");
  }
}

/** What is asked, as the form has it. */
function asked(panel: HTMLElement, form: HTMLFormElement) {
  const fields = new FormData(form);
  let path = panel.dataset["path"] ?? "";
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  for (const [name, value] of fields) {
    if (typeof value !== "string" || value === "") continue;
    const [kind, key] = name.split(":", 2);
    if (!key) continue;
    if (kind === "path") path = path.replace(`{${key}}`, encodeURIComponent(value));
    if (kind === "query") query.set(key, value);
    if (kind === "header") headers[key] = value;
  }
  const body = fields.get("body");
  const text = query.size > 0 ? `${path}?${query.toString()}` : path;
  return { method: panel.dataset["method"] ?? "GET", path: text, headers, body: typeof body === "string" ? body : null };
}

async function bySession(panel: HTMLElement, form: HTMLFormElement): Promise<Answer | Node | string> {
  const answer = await fetch("/api/try", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(asked(panel, form)),
  });
  if (answer.ok && !answer.redirected) return (await answer.json()) as Answer;
  if (answer.status === 401 || answer.redirected) return "Your session has ended: sign in again, or paste a token.";
  const problem = (await answer.json().catch(() => null)) as { code?: string; detail?: string } | null;
  if (problem?.code !== "prove_yourself") return problem?.detail ?? `It was answered with ${answer.status}.`;
  const link = document.createElement("a");
  link.className = "link";
  link.href = `/me/prove?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = "Show first who you are: this changes who may come in.";
  return link;
}

async function byToken(panel: HTMLElement, form: HTMLFormElement): Promise<Answer> {
  const { method, path, headers, body } = asked(panel, form);
  const token = new FormData(form).get("token");
  const begun = performance.now();
  const answer = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      ...headers,
      authorization: `Bearer ${typeof token === "string" ? token.trim() : ""}`,
      ...(body === null ? {} : { "content-type": "application/json" }),
    },
    body,
    credentials: "omit",
  });
  const text = await answer.text();
  const shown = SHOWN.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(shown),
    body: text,
    is_whole: true,
    took_us: (performance.now() - begun) * 1000,
  };
}

function show(panel: HTMLElement, says: HTMLElement, answer: Answer): void {
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.dataset["tone"] = answer.status < 400 ? "pos" : "neg";
  badge.textContent = String(answer.status);
  says.replaceChildren(badge, ` in ${(answer.took_us / 1000).toFixed(1)} ms`);
  const headers = find(HTMLElement, "[data-try-headers]", panel);
  headers?.replaceChildren(
    ...Object.entries(answer.headers).map(([name, value]) => {
      const [row, term, is] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
      if (!row || !term || !is) return "";
      term.textContent = name;
      is.textContent = value;
      row.append(term, is);
      return row;
    }),
  );
  const body = find(HTMLElement, "[data-try-body]", panel);
  if (body) body.textContent = answer.is_whole ? pretty(answer.body) || "nothing" : "It is longer than this page shows.";
  const whole = find(HTMLElement, "[data-try-answer]", panel);
  if (whole) whole.hidden = false;
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The call at a shell, as the form has it. */
function atShell(panel: HTMLElement, form: HTMLFormElement): string {
  const { method, path, headers, body } = asked(panel, form);
  const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;
  const lines = [`curl ${method === "GET" ? "" : `-X ${method} `}"$SLUICE/api/v1${path.replaceAll('"', "%22")}"`];
  lines.push('-H "Authorization: Bearer $TOKEN"');
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== null) lines.push('-H "Content-Type: application/json"', `-d ${quoted(body)}`);
  return lines.join(" \\\n  ");
}
