// The list of people by keyboard alone: conditions in chips, any order, columns, what is selected, and what is done to it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, open } from "./harness.mjs";
import { everybody, number, ready, rows, shows, total } from "./listing.mjs";

const PEOPLE = 300;
let program, view, close;
before(async () => ({ program, view, close } = await house({ people: PEOPLE })));
after(() => close?.());

const asked = (condition) => JSON.parse(condition);

async function counted(condition) {
  return asked(await program.run("people", "--where", condition, "--json", "--limit", "1")).count;
}

test("a condition is added by keyboard alone, and the list and its count follow in place", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  await page.evaluate(() => (window.stays = true));
  await page.keyboard.press("f");
  await page.waitForSelector("[data-filterbar] [data-cond] input:focus");
  await page.keyboard.type("score.fit");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("60");
  await page.keyboard.press("Enter");
  await shows(page, "where=score.fit >= 60");
  await ready(page);
  assert.equal(await total(page), await counted("score.fit >= 60"));
  const fits = await rows(page).locator("td[data-m=fit] meter").evaluateAll((all) => all.map((one) => one.value));
  assert.ok(fits.length > 0 && fits.every((fit) => fit >= 60), `${fits}`);
  assert.ok(await page.evaluate(() => window.stays), "the page was never left");

  await page.keyboard.press("Escape");
  await page.keyboard.press("f");
  await page.waitForSelector("[data-filterbar] [data-cond]:nth-child(2) input:focus");
  await page.keyboard.type("stage");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("prospect");
  await page.keyboard.press("Enter");
  await shows(page, 'score.fit >= 60 && stage == "prospect"');
  await ready(page);
  const stages = await rows(page).locator(".stage").evaluateAll((all) => all.map((one) => one.dataset.stage));
  assert.ok(stages.length > 0 && stages.every((stage) => stage === "prospect"), `${stages}`);
  assert.equal(await total(page), await counted('score.fit >= 60 && stage == "prospect"'));
  await fitsTheWindow(page);

  // The address says it all: whoever opens it sees the same.
  const shown = await rows(page).locator("[data-m=name] a").allInnerTexts();
  await page.reload();
  assert.deepEqual(await rows(page).locator("[data-m=name] a").allInnerTexts(), shown);
  assert.equal(await page.locator("[data-filterbar] [data-cond]").count(), 2);

  await page.locator("[data-filterbar] [data-remove]").first().focus();
  await page.keyboard.press("Enter");
  await shows(page, 'where=stage == "prospect"');
  await page.keyboard.press("Enter"); // the focus went to what was beside it
  quiet();
});

test("whoever is at the next condition keeps it while the list of the one before comes", async () => {
  const { page, quiet } = view;
  let release;
  const held = new Promise((done) => (release = done));
  await page.route(/\/ready\?/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`/people?${new URLSearchParams({ where: 'count("page.viewed", days(51)) >= 1' })}`);
  await page.waitForSelector("[data-poll]");
  await page.keyboard.press("f");
  const next = page.locator("[data-filterbar] [data-cond]").nth(1).locator("input[data-cell=term]");
  await next.fill("score.fit");
  release();
  await ready(page);
  assert.ok((await rows(page).count()) > 0);
  assert.equal(await next.inputValue(), "score.fit");
  await page.unroute(/\/ready\?/);
  quiet();
});

test("what was never asked before is read first, and then counted", async () => {
  const { page, quiet } = view;
  await page.goto(`/people?where=${encodeURIComponent('company.employees >= 50 && did("email.replied")')}`);
  await ready(page);
  await page.waitForFunction(() => /\d/.test(document.querySelector("[data-total]").textContent));
  assert.equal(await total(page), await counted('company.employees >= 50 && did("email.replied")'));
  quiet();
});

test("a chip says what is wrong with it, and a text that is no condition is explained", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  await page.keyboard.press("f");
  await page.waitForSelector("[data-filterbar] [data-cond] input:focus");
  await page.keyboard.type("stage");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("prospekt");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-filterbar] [data-fault]:not([hidden])");
  assert.match(await page.locator("[data-filterbar] [data-fault]").innerText(), /prospect/);
  assert.ok(!page.url().includes("where"));
  await page.goto(`/people?where=${encodeURIComponent("score.fitt >= 1")}`);
  assert.match(await page.locator(".listwrap").innerText(), /did you mean fit/);
  // Of a name that nobody here has used the list is empty, and says what was probably meant.
  await page.goto(`/people?where=${encodeURIComponent('person.emial == "x"')}`);
  await page.waitForSelector(".listfoot:has-text('did you mean person.email?')");
  quiet();
});

test("the list is ordered by any fact, and has those last who have none", async () => {
  const { page, quiet } = view;
  await page.goto("/people?cols=co,company.employees");
  await page.getByRole("link", { name: "company employees" }).first().click();
  await shows(page, "sort=company.employees");
  await ready(page);
  const shown = async () => (await rows(page).locator("td[data-m=fact]").allInnerTexts()).map(number);
  const up = await shown();
  assert.ok(up.length > 1);
  assert.deepEqual(up, [...up].sort((a, b) => a - b));
  await page.getByRole("link", { name: "company employees" }).first().click();
  await shows(page, "dir=desc");
  const down = await shown();
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  await everybody(page);
  assert.equal(await rows(page).count(), PEOPLE);
  // Whoever works nowhere that we know of stands behind all others.
  const all = await shown();
  const known = await counted("known(company.employees)");
  assert.ok(all.slice(0, known).every(Number.isFinite) && all.slice(known).every(Number.isNaN), `${known} of ${all}`);
  quiet();
});

test("columns come and go, and rows stand closer", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  await page.locator("button[aria-label=Columns]").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("checkbox", { name: "Title" }).focus();
  await page.keyboard.press("Space");
  await shows(page, "title");
  assert.ok(await page.locator("th", { hasText: "Title" }).isVisible());
  assert.ok(await page.locator("#columns").isVisible(), "the menu stays open while one chooses");
  await page.keyboard.press("Escape");
  const high = () => rows(page).first().evaluate((row) => row.getBoundingClientRect().height);
  const usual = await high();
  await page.locator("button[aria-label='Row density']").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Compact" }).focus();
  await page.keyboard.press("Enter");
  await shows(page, "density=compact");
  assert.ok((await high()) < usual);
  quiet();
});

test("rows are selected by key, one and up to one", async () => {
  const { page, quiet } = view;
  await page.goto("/people?sort=name");
  const chosen = () => rows(page).evaluateAll((all) => all.flatMap((row, at) => (row.matches("[data-chosen]") ? [at] : [])));
  for (const key of ["j", "j", "x"]) await page.keyboard.press(key);
  assert.deepEqual(await chosen(), [1]);
  for (const key of ["j", "j", "Shift+X"]) await page.keyboard.press(key);
  assert.deepEqual(await chosen(), [1, 2, 3]);
  await page.keyboard.press("x");
  assert.deepEqual(await chosen(), [1, 2]);
  await page.keyboard.press("Escape");
  assert.deepEqual(await chosen(), []);
  await Promise.all([page.waitForURL(/\/people\/per_/), page.keyboard.press("Enter")]);
  quiet();
});

test("the foot counts whom a search finds, also as it is counted anew, and who comes last for want of a value", async () => {
  const { page, quiet } = view;
  await page.goto("/people?sort=name");
  const whole = await total(page);
  const name = (await rows(page).first().locator("[data-m=name] a").innerText()).split(" ")[0];
  const counted = page.waitForResponse((answer) => answer.url().includes("/people/count?"));
  await page.goto(`/people?q=${encodeURIComponent(name)}`);
  const found = await rows(page).count();
  assert.ok(found > 0 && found < whole);
  assert.equal(await total(page), found);
  assert.match(await page.locator(".listfoot").innerText(), /people found/);
  assert.equal((await (await counted).json()).count, found);
  assert.equal(await total(page), found);

  await page.goto("/people?sort=company.employees");
  await ready(page);
  const foot = page.locator("[data-without]");
  const left = (await foot.count()) > 0 ? number(await foot.locator("b").innerText()) : 0;
  assert.equal(await total(page), whole, "whoever comes last is counted as well");
  await page.goto("/people?where=" + encodeURIComponent("known(company.employees)"));
  await ready(page);
  assert.equal((await total(page)) + left, whole, "whoever is counted has a value, or is said to come last");
  quiet();
});

test("whoever has no value stands last in both directions, and is scrolled to", async () => {
  const { page, quiet } = view;
  for (const [name, seats] of [["ada", 70], ["bo", 30], ["cy", 40]]) {
    await program.run("person", "add", "--email", `${name}@seats.example`, "--name", name);
    await program.run("set", `${name}@seats.example`, "person.custom.seats", `${seats}`);
  }
  for (const [dir, order] of [["asc", [30, 40, 70]], ["desc", [70, 40, 30]]]) {
    await page.goto(`/people?sort=person.custom.seats&dir=${dir}&cols=person.custom.seats`);
    await ready(page);
    const whole = await total(page);
    assert.equal(number(await page.locator("[data-without] b").innerText()), whole - 3);
    assert.match(await page.locator(".listfoot").innerText(), /without seats, listed last/);
    await everybody(page);
    const cells = await rows(page).locator("td[data-m=fact]").evaluateAll((all) => all.map((cell) => cell.textContent.trim()));
    assert.equal(cells.length, whole, "everybody is in the order, each once");
    assert.deepEqual(cells.slice(0, 3).map(Number), order);
    assert.ok(cells.slice(3).every((cell) => /is unknown$/.test(cell)), `${cells.slice(3, 6)}`);
    const ids = await rows(page).evaluateAll((all) => all.map((row) => row.dataset.row));
    assert.equal(new Set(ids).size, whole);
  }
  // A selection goes on over the border between them.
  await page.goto("/people?sort=person.custom.seats&cols=person.custom.seats");
  for (const key of ["j", "j", "j", "x", "j", "j", "Shift+X"]) await page.keyboard.press(key);
  assert.equal(await page.locator("[data-rows] > [data-chosen]").count(), 3);
  await page.keyboard.press("Escape");
  // And they are shown by themselves.
  await page.getByRole("link", { name: "Show them" }).click();
  await shows(page, "where=!known(person.custom.seats)");
  await ready(page);
  assert.equal(await page.locator("[data-without]").count(), 0);
  quiet();
});
