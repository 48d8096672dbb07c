// Every page, found by following the links of the program: no finding of axe that is serious or critical in light or
// dark, nothing that the keyboard alone does not reach, and a first visit under 100 kB.
//
// A page that no link leads to is one line in `unlinked`.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { browser, open, owner, setUp, start } from "./harness.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What a first visit may cost, in bytes as they travel. */
const FIRST_LOAD_BYTES_MAX = 100_000;
/** Pages of different shape that are visited; the program has fewer. */
const SHAPES_MAX = 150;
/** Stops of the tabulator on one page. */
const TABS_MAX = 400;
const PEOPLE = 40;

/** Pages that no link leads to. */
const unlinked = ["/people?q=zzzz", "/people/per_0000000000000", "/nowhere"];
/** For whoever has not signed in. */
const strangers = ["/sign-in", "/tell", "/nowhere"];
/** What a link may start that is not a page. */
const isPage = (type) => (type ?? "").startsWith("text/html");

let program, chrome, session;
const shapes = new Map();

before(async () => {
  program = await start({ SLUICE_TELL_PUBLIC: "true" });
  chrome = await browser();
  const { page, context } = await open(chrome, program.address);
  await setUp(page);
  await program.run("demo", "--people", String(PEOPLE));
  await page.goto("/funnel");
  await Promise.all([page.waitForURL(/dft_/), page.click("text=Change the definition")]);
  session = await context.storageState();
  await crawl(page, ["/people", new URL(page.url()).pathname]);
  for (const address of unlinked) shapes.set(`${address} itself`, address);
  await context.close();
});
after(async () => {
  await chrome?.close();
  await program?.stop();
});

/** Pages that differ only in whom they are about, or in what is chosen, have one shape. */
function shape(address) {
  const url = new URL(address, program.address);
  const path = url.pathname.replace(/\b[a-z]{2,4}_[0-9a-z]{6,}/g, "{id}").replace(/\/\d+(?=\/|$)/g, "/{n}");
  const keys = [...new Set(url.searchParams.keys())].filter((key) => !["after", "before", "id"].includes(key));
  return path + (keys.length > 0 ? `?${keys.sort().slice(0, 1)}` : "");
}

async function crawl(page, starts) {
  const queue = [...starts];
  while (queue.length > 0) {
    const address = queue.shift();
    const what = shape(address);
    if (shapes.has(what)) continue;
    assert.ok(shapes.size < SHAPES_MAX, `more than ${SHAPES_MAX} shapes of pages: ${[...shapes.keys()].join(" ")}`);
    const head = await page.request.head(address, { headers: { accept: "text/html" }, maxRedirects: 5 });
    if (!isPage(head.headers()["content-type"])) {
      shapes.set(what, null);
      continue;
    }
    assert.ok(head.status() < 500, `${head.status()} from ${address}`);
    shapes.set(what, address);
    await page.goto(address);
    const links = await page.$$eval("a[href]", (all) => all.map((link) => link.href));
    for (const link of links) {
      const url = new URL(link);
      if (url.origin === program.address) queue.push(url.pathname + url.search);
    }
  }
}

const pages = () => [...shapes].filter(([, address]) => address !== null);

/** Findings that keep somebody from using the page, in words. */
async function findings(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => ["serious", "critical"].includes(impact))
      .flatMap(({ id, help, nodes }) =>
        nodes.slice(0, 4).map((node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`),
      );
  });
  return found;
}

/** What a page opens: its own menus and forms, and what folds out; the frame's are looked at once. */
const frame = ["palette", "account", "more", "keys", "label", "bell-panel"];

/** Findings of each part that a button of the page opens, and of all that folds out. */
async function findingsOpened(page, seen) {
  const told = [];
  const check = page.locator("[data-rows] [data-check]").first();
  if ((await check.count()) > 0) {
    await check.focus();
    await page.keyboard.press("Space");
    told.push(...(await findings(page)).map((finding) => `with one selected: ${finding}`));
  }
  const buttons = page.locator("[popovertarget]:visible");
  for (let at = 0; at < (await buttons.count()); at++) {
    const id = await buttons.nth(at).getAttribute("popovertarget");
    if (frame.includes(id) || seen.has(id)) continue;
    seen.add(id);
    await buttons.nth(at).focus();
    await page.keyboard.press("Enter");
    await page.locator(`#${id}:popover-open`).waitFor();
    for (const finding of await findings(page)) told.push(`${id} open: ${finding}`);
    await page.keyboard.press("Escape");
  }
  const folded = await page.evaluate(() => {
    const all = [...document.querySelectorAll("details:not([open])")];
    for (const details of all) details.open = true;
    return all.length;
  });
  if (folded > 0) told.push(...(await findings(page)).map((finding) => `unfolded: ${finding}`));
  const fact = page.locator("[data-edit]:visible").first();
  if ((await fact.count()) > 0 && !seen.has("a fact")) {
    seen.add("a fact");
    await fact.focus();
    await page.keyboard.press("Enter");
    told.push(...(await findings(page)).map((finding) => `a fact being changed: ${finding}`));
  }
  return told;
}

/** Elements that a keyboard must reach and did not, and those that hide that they have the focus. */
async function unreached(page) {
  await page.evaluate(() => {
    document.activeElement?.blur();
    window.getSelection()?.removeAllRanges();
  });
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
    const isOne = (element) =>
      element.tabIndex >= 0 &&
      !element.disabled &&
      element.type !== "hidden" &&
      element.checkVisibility({ visibilityProperty: true }) &&
      // Of the choices of one question the keyboard reaches one, and the arrows the others.
      !(element.type === "radio" && !element.checked);
    window.__wanted = new Set(all.filter(isOne));
    window.__reached = new Set();
    return window.__wanted.size;
  });
  const hidden = [];
  // A part that scrolls is a stop of its own, so that there are more stops than elements.
  for (let tabs = 0; tabs < Math.min(wanted * 2 + 30, TABS_MAX); tabs++) {
    await page.keyboard.press("Tab");
    const dim = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body || window.__reached.has(element)) return null;
      window.__reached.add(element);
      // What shows the focus may be on the element itself, or on what stands for it.
      const shows = (one) => {
        const style = getComputedStyle(one);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
      };
      const near = [element, element.parentElement, element.nextElementSibling, element.closest("label")];
      if (near.some((one) => one && shows(one))) return null;
      return `shows no focus: ${element.outerHTML.slice(0, 120)}`;
    });
    if (dim) hidden.push(dim);
  }
  const missed = await page.evaluate(
    (most) =>
      window.__wanted.size > most
        ? []
        : [...window.__wanted]
            .filter((element) => !window.__reached.has(element) && element.isConnected && element.checkVisibility())
            .map((element) => `not reached: ${element.outerHTML.slice(0, 120)}`),
    TABS_MAX,
  );
  return [...missed, ...hidden].slice(0, 6);
}

test("the links of the program lead to all of it", () => {
  const found = pages().map(([what]) => what);
  for (const known of ["/people", "/people/{id}", "/funnel", "/tell", "/handoffs", "/imports"]) {
    assert.ok(found.includes(known), `${known} is not among ${found.join(" ")}`);
  }
});

for (const colorScheme of ["light", "dark"]) {
  test(`no page keeps anybody out, ${colorScheme}`, async () => {
    const { page, context } = await open(chrome, program.address, { colorScheme, storageState: session });
    const told = [];
    const known = new Set(); // what the frame of every page has is told once
    for (const [what, address] of pages()) {
      await page.goto(address);
      for (const finding of await findings(page)) {
        if (!known.has(finding)) told.push(`${what} (${address}): ${finding}`);
        known.add(finding);
      }
    }
    // What a page opens: once of each kind of page, for people and companies open the same.
    const kinds = new Map();
    for (const [what, address] of pages()) {
      const path = what.split(/[? ]/)[0];
      if (!kinds.has(path)) kinds.set(path, address);
    }
    for (const [path, address] of kinds) {
      await page.goto(address);
      for (const finding of await findingsOpened(page, new Set())) {
        if (!known.has(finding)) told.push(`${path} (${address}), ${finding}`);
        known.add(finding);
      }
    }
    // Conditions in groups, and one that is being written.
    for (const [at, where] of [
      ["/people", 'company.employees >= 50 && (stage == "lead" || stage == "prospect")'],
      ["/companies", 'company.employees >= 50 && somebody(stage == "lead" || stage == "prospect")'],
    ]) {
      await page.goto(`${at}?where=${encodeURIComponent(where)}`);
      await page.keyboard.press("f");
      await page.waitForSelector("[data-filterbar] > .fb-parts > [data-cond] input:focus");
      assert.equal(await page.locator("[data-filterbar] [data-group]").count(), 1);
      for (const finding of await findings(page)) told.push(`${at} with a group: ${finding}`);
    }
    // What lies over a page.
    await page.goto("/people");
    for (const [name, go] of [
      ["the keys", () => page.keyboard.press("?")],
      ["the account", () => page.locator(".topbar__account").click()],
      ["the palette", () => page.keyboard.press("Control+k")],
      [
        "what the palette finds",
        async () => {
          await page.keyboard.press("Control+k");
          await page.keyboard.type("pric");
          await page.waitForSelector("#palette-list[data-for=pric] mark");
        },
      ],
    ]) {
      await go();
      for (const finding of await findings(page)) told.push(`${name}: ${finding}`);
      await page.keyboard.press("Escape");
    }
    await context.close();
    const stranger = await open(chrome, program.address, { colorScheme });
    for (const address of strangers) {
      await stranger.page.goto(address);
      for (const finding of await findings(stranger.page)) told.push(`a stranger at ${address}: ${finding}`);
    }
    await stranger.context.close();
    assert.deepEqual(told, []);
  });
}

test("the keyboard alone reaches everything, and shows where it is", async () => {
  const { page, context } = await open(chrome, program.address, { storageState: session });
  const told = [];
  for (const [what, address] of pages()) {
    await page.goto(address);
    for (const words of await unreached(page)) told.push(`${what}: ${words}`);
  }
  await context.close();
  assert.deepEqual(told, []);
});

test("no page costs more than 100 kB at a first visit", async () => {
  const told = [];
  for (const [what, address] of pages()) {
    const { page, context } = await open(chrome, program.address, { storageState: session });
    const answers = [];
    // What a page goes on hearing has no end, and so no size.
    const isStream = (response) => /event-stream/.test(response.headers()["content-type"] ?? "");
    page.on("response", (response) => isStream(response) || answers.push(response));
    await page.goto(address, { waitUntil: "load" });
    const sizes = await Promise.all(answers.map((answer) => answer.request().sizes().catch(() => null)));
    const bytes = sizes.reduce((sum, size) => sum + (size ? size.responseBodySize + size.responseHeadersSize : 0), 0);
    assert.ok(bytes > 1_000, `${what} was not measured`);
    if (bytes >= FIRST_LOAD_BYTES_MAX) told.push(`${what} (${address}) costs ${bytes} bytes`);
    await context.close();
  }
  assert.deepEqual(told, []);
});

test("nothing is kept by who has signed out", async () => {
  const { page, context } = await open(chrome, program.address, { storageState: session });
  await page.goto("/people");
  assert.ok(await page.getByText(owner.workspace).first().isVisible());
  await page.context().clearCookies();
  await page.goto("/people");
  assert.match(page.url(), /\/sign-in/);
  await page.goBack();
  assert.doesNotMatch(await page.locator("body").innerText(), new RegExp(owner.email), "going back shows nobody");
  await context.close();
});
