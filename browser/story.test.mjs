// The pages over a demo story: the list, a record with its evidence, the funnel; by pointer, by key, and without
// any script.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, open, signIn } from "./harness.mjs";
import { everybody, number, rows } from "./listing.mjs";

const PEOPLE = 300;
let program, chrome, view, close;
before(async () => {
  ({ program, chrome, view, close } = await house());
  await view.page.fill("form[action='/demo'] [name=people]", String(PEOPLE));
  await view.page.click("form[action='/demo'] button");
  await settled(view.page);
});
after(() => close?.());

/** Waits until the story is told to its end. */
async function settled(page) {
  for (let round = 0; round < 240; round++) {
    await page.goto("/people");
    const everyone = page.locator("[data-count='']");
    if ((await everyone.count()) > 0 && number(await everyone.innerText()) === PEOPLE) return;
    await page.waitForTimeout(500);
  }
  assert.fail(`the story is not told after two minutes:\n${program.log().slice(-2000)}`);
}

async function openFirst(page, stage) {
  await page.goto(`/people?stage=${stage}`);
  await Promise.all([page.waitForURL(/\/people\/per_/), rows(page).first().locator("[data-m=name] a").click()]);
}

test("the tabs count everybody once", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  const counts = (await page.locator(".tabs .count").allInnerTexts()).map(number);
  assert.equal(counts[0], PEOPLE);
  assert.equal(counts.slice(1).reduce((sum, count) => sum + count, 0), PEOPLE);
  for (const stage of ["lead", "prospect", "opportunity", "customer"]) {
    await page.goto(`/people?stage=${stage}`);
    const here = number(await page.locator("[aria-current] .count").innerText());
    assert.equal(number(await page.locator("[data-total]").innerText()), here);
    const shown = await rows(page).locator(".stage").evaluateAll((all) => all.map((one) => one.dataset.stage));
    assert.ok(shown.length > 0 && shown.every((one) => one === stage), `${stage}: ${shown}`);
  }
  quiet();
});

test("a column orders the list, and the same column again turns it round", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  await page.getByRole("link", { name: "Fit" }).click();
  const heads = page.locator("th", { hasText: "Fit" });
  const fits = async () => (await rows(page).locator("td[data-m=fit] meter").evaluateAll((all) => all.map((one) => one.value)));
  assert.equal(await heads.getAttribute("aria-sort"), "descending");
  const down = await fits();
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  await page.getByRole("link", { name: "Fit" }).click();
  assert.equal(await heads.getAttribute("aria-sort"), "ascending");
  const up = await fits();
  assert.deepEqual(up, [...up].sort((a, b) => a - b));
  quiet();
});

test("of two lists asked for at once the last is shown, though the first comes later", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  let release;
  const held = new Promise((done) => (release = done));
  await page.route(/sort=-?fit/, async (route) => {
    await held;
    await route.continue();
  });
  const head = (label) => page.locator("th", { hasText: label });
  const late = page.waitForResponse(/sort=-?fit/);
  await head("Fit").locator("a").evaluate((link) => link.click());
  await head("Name").locator("a").evaluate((link) => link.click());
  await head("Name").and(page.locator("[aria-sort]")).waitFor();
  release();
  await (await late).finished();
  await page.evaluate(() => new Promise((done) => setTimeout(done)));
  assert.match(page.url(), /sort=-?name/);
  assert.equal(await head("Fit").getAttribute("aria-sort"), null);
  await page.unroute(/sort=-?fit/);
  quiet();
});

test("the next page loads as one scrolls, and everybody comes once", async () => {
  const { page, quiet } = view;
  await page.goto("/people?sort=name");
  await everybody(page);
  const all = await rows(page).locator("[data-m=name] a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  assert.equal(all.length, PEOPLE);
  assert.equal(new Set(all).size, PEOPLE);
  quiet();
});

test("a search finds by name, says when it finds nobody, and is cleared", async () => {
  const { page, quiet } = view;
  await page.goto("/people?sort=name");
  const name = await rows(page).first().locator("[data-m=name] a").innerText();
  await page.keyboard.press("/");
  await page.keyboard.type(name);
  await Promise.all([page.waitForURL(/q=/), page.keyboard.press("Enter")]);
  assert.equal(await rows(page).first().locator("[data-m=name] a").innerText(), name);
  await page.goto("/people?q=nobody-of-this-name");
  assert.ok(await page.getByText("Nobody is found").isVisible());
  await Promise.all([page.waitForURL(/\/people$/), page.getByRole("link", { name: "Show everyone" }).click()]);
  quiet();
});

test("keys go from page to page, from row to row, and to the evidence", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  await page.keyboard.press("g");
  await Promise.all([page.waitForURL(/\/funnel/), page.keyboard.press("f")]);
  await page.keyboard.press("g");
  await Promise.all([page.waitForURL(/\/imports/), page.keyboard.press("i")]);
  await page.keyboard.press("g");
  await Promise.all([page.waitForURL(/\/people/), page.keyboard.press("p")]);

  const focused = () => page.evaluate(() => document.activeElement.closest("[data-row]")?.rowIndex ?? null);
  await page.goto("/people?stage=prospect");
  for (const [key, row] of [["j", 1], ["j", 2], ["j", 3], ["k", 2]]) {
    await page.keyboard.press(key);
    assert.equal(await focused(), row, key);
  }
  await Promise.all([page.waitForURL(/\/people\/per_.*#why$/), page.keyboard.press("w")]);
  assert.ok(await page.evaluate(() => document.activeElement.matches("[data-why]")), "the evidence has the focus");

  await page.keyboard.press("?");
  assert.ok(await page.locator("#keys").isVisible());
  await page.keyboard.press("g"); // nothing happens beneath what is open
  await page.keyboard.press("f");
  await page.keyboard.press("Escape");
  assert.ok(!(await page.locator("#keys").isVisible()));
  assert.match(page.url(), /per_/);
  quiet();
});

test("the palette narrows as one types, finds people and companies, opens a page, and searches", async () => {
  const { page, quiet } = view;
  const palette = page.locator("#palette");
  const settled = (typed) => page.waitForFunction((typed) => document.querySelector("#palette ul").dataset.for === typed, typed);
  await page.goto("/people?sort=name");
  const name = await rows(page).first().locator("a").first().innerText();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("imports");
  await settled("imports");
  assert.equal(await palette.locator("[data-option]:visible").count(), 1);
  await Promise.all([page.waitForURL(/\/imports/), page.keyboard.press("Enter")]);

  // A name with a slip, in small letters: the person stands first, and Enter opens the record.
  const wrong = name.toLowerCase().replace(/(\S{3})\S(\S+)$/, "$1$2");
  await page.keyboard.press("Control+k");
  await page.keyboard.type(wrong);
  await settled(wrong);
  assert.ok((await palette.locator("[data-hit] > [aria-selected=true]").innerText()).includes(name), wrong);
  await Promise.all([page.waitForURL(/\/people\/per_/), page.keyboard.press("Enter")]);
  assert.equal(await page.locator("h1").innerText(), name);

  // From the record to its company, and from the company back to somebody there.
  await Promise.all([page.waitForURL(/\/companies\/cmp_/), page.locator(".rec-id a").click()]);
  const company = await page.locator("h1").innerText();
  assert.ok(await page.locator("#people").getByRole("link", { name }).isVisible());
  await page.goto("/people");
  await page.keyboard.press("Control+k");
  await page.keyboard.type(company);
  await settled(company);
  const found = palette.locator("[data-hit] > [role=option]", { hasText: company }).last();
  for (let step = 0; step < 20 && (await found.getAttribute("aria-selected")) !== "true"; step++) await page.keyboard.press("ArrowDown");
  await Promise.all([page.waitForURL(/\/(companies|people)\//), page.keyboard.press("Enter")]);

  await page.keyboard.press("Control+k");
  await page.keyboard.type("zz top");
  await settled("zz top");
  await Promise.all([page.waitForURL(/\/search\?q=zz(\+|%20)top/), page.keyboard.press("Enter")]);
  assert.ok(await page.getByText("Nothing is found").isVisible());
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Escape");
  assert.ok(!(await palette.isVisible()));
  quiet();
});

test("a record says why its person stands there, condition by condition", async () => {
  const { page, quiet } = view;
  for (const stage of ["prospect", "opportunity", "customer"]) {
    await openFirst(page, stage);
    const head = page.locator(".rec-head .stage--pill");
    assert.equal(await head.getAttribute("data-stage"), stage);
    const receipt = page.locator("[data-why] > .receipt").first();
    assert.match(await receipt.locator("h2").innerText(), new RegExp(stage));
    assert.match(await receipt.locator(".receipt__meta").innerText(), new RegExp(`to ${stage} on \\d+ \\w+ \\d{4}`));
    const lines = receipt.locator("li");
    assert.ok((await lines.count()) > 0, "a receipt has conditions");
    assert.ok((await lines.locator(".truth[data-v=true]").count()) > 0, "and one of them holds");
    assert.ok((await lines.locator(".src").count()) > 0, "and says what it rests on");
    assert.ok((await page.locator(".criteria .truth").count()) >= 4, "the criteria stand beside it");
    assert.ok((await page.locator(".facts .src").count()) > 0, "each fact has its source");
  }
  quiet();
});

test("the timeline shows what is asked for, and what machines did only when asked", async () => {
  const { page, quiet } = view;
  await openFirst(page, "opportunity");
  const all = await page.locator(".tl").count();
  assert.equal(await page.locator(".tl[data-machine]").count(), 0);
  await page.getByRole("link", { name: "Mail", exact: true }).click();
  await page.waitForURL(/show=mail/);
  const mail = await page.locator(".tl").count();
  assert.ok(mail > 0 && mail < all, `${mail} of ${all}`);
  await page.getByRole("link", { name: /machines/ }).click();
  await page.waitForURL(/machines=1/);
  assert.ok((await page.locator(".tl").count()) >= mail);
  quiet();
});

test("the funnel adds up in every window", async () => {
  const { page, quiet } = view;
  for (const days of ["30", "90", "365", "all"]) {
    await page.goto(`/funnel?days=${days}`);
    const foot = page.locator(".panel__foot", { has: page.locator(".balance") });
    if ((await foot.count()) === 0) continue; // nobody came in the window
    const [came, gone] = (await foot.locator(".balance").innerText()).split("=").map((side) => number(side.replace(/[a-z]/g, "")));
    assert.equal(came, gone, days);
    const parts = (await foot.locator("span").nth(1).innerText()).split("+").map((part) => number(part.replace(/[^\d,]/g, "")));
    assert.equal(parts.reduce((sum, part) => sum + part, 0), came, `${days}: ${parts}`);
    if (days === "all") assert.equal(came, PEOPLE);
  }
  const now = (await page.locator("[data-stage-count]").allInnerTexts()).map(number);
  assert.equal(now.reduce((sum, count) => sum + count, 0), PEOPLE);
  assert.ok(await page.locator("svg.flow").isVisible());
  quiet();
});

test("a definition reads in English, and as text behind its switch", async () => {
  const { page, quiet } = view;
  await page.goto("/funnel");
  const text = page.locator(".rule__text").first();
  assert.ok(await page.locator(".rule .say b").first().isVisible());
  assert.ok(!(await text.isVisible()));
  await page.locator("#definition .switch").check();
  assert.ok(await text.isVisible());
  quiet();
});

test("counts change in place when somebody joins", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  await page.route("**/people/counts", async (route) => {
    const counts = await (await route.fetch()).json();
    await route.fulfill({ json: { ...counts, "": 12_345 } });
  });
  await page.waitForFunction(() => document.querySelector("[data-total]").textContent === "12,345", null, { timeout: 15_000 });
  assert.equal(await page.locator("[data-count='']").innerText(), "12,345");
  await page.unroute("**/people/counts");
  quiet();
});

test("everything fits a phone, where the flow is bars and a record has three tabs", async () => {
  const { page, context, quiet } = await open(chrome, program.address, { viewport: { width: 390, height: 844 }, hasTouch: true });
  await signIn(page);
  for (const path of ["/people", "/people?stage=lead&sort=fit", "/people?q=zzzz", "/funnel?days=all", "/imports"]) {
    await page.goto(path);
    await fitsTheWindow(page);
    assert.ok(await page.locator(".tabbar").isVisible(), path);
  }
  await page.locator(".tabbar").getByRole("button", { name: "More" }).click();
  await fitsTheWindow(page);
  await Promise.all([page.waitForURL(/\/me$/), page.locator("#more").getByRole("link", { name: "Settings" }).click()]);
  await page.goto("/funnel?days=all");
  assert.ok(!(await page.locator("svg.flow").isVisible()) && (await page.locator(".ladder").isVisible()));
  await openFirst(page, "prospect");
  for (const [tab, part] of [["part-why", "[data-why]"], ["part-facts", ".facts"], ["part-time", ".timeline"]]) {
    await page.locator("label", { has: page.locator(`#${tab}`) }).click();
    assert.ok(await page.locator(part).first().isVisible(), tab);
    await fitsTheWindow(page);
  }
  quiet();
  await context.close();
});

test("a tablet shows facts, timeline and standing together", async () => {
  const { page, context, quiet } = await open(chrome, program.address, { viewport: { width: 1000, height: 800 } });
  await signIn(page);
  await openFirst(page, "prospect");
  for (const part of ["[data-why]", ".facts", ".timeline"]) assert.ok(await page.locator(part).first().isVisible(), part);
  await fitsTheWindow(page);
  quiet();
  await context.close();
});

test("without any script every page works as links and forms", async () => {
  const { page, context } = await open(chrome, program.address, { javaScriptEnabled: false });
  await signIn(page);
  await page.getByRole("link", { name: /^Prospects/ }).click();
  await page.waitForURL(/stage=prospect/);
  await page.getByRole("link", { name: "Name", exact: true }).click();
  await page.waitForURL(/sort=name/);
  const first = await rows(page).first().locator("[data-m=name] a").innerText();
  await page.goto("/people?sort=name");
  await page.getByRole("link", { name: "Show more" }).click();
  await page.waitForURL(/after=/);
  await page.fill("[data-search-field]", first);
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=/);
  await rows(page).first().locator("[data-m=name] a").click();
  await page.waitForURL(/per_/);
  assert.ok(await page.locator("[data-why]").isVisible());
  await page.locator(".topbar__account").click(); // a popover needs no script
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/sign-in/);
  await context.close();
});
