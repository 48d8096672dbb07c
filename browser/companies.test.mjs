// The list of companies by keyboard alone: conditions in chips, orders, columns, views, what is selected and what is done
// to it, segments and lists of companies; on a phone, too.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, open } from "./harness.mjs";
import { number, opens, press, ready, rows, shows, total } from "./listing.mjs";

const PEOPLE = 300;
let program, chrome, view, close;
before(async () => ({ program, chrome, view, close } = await house({ people: PEOPLE })));
after(() => close?.());

const cells = (page, name) => rows(page).locator(`td[data-m=${name}]`).allInnerTexts();

test("the companies are a key away, ordered by any column, and each leads to its record", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  await press(page, "g");
  await Promise.all([page.waitForURL(/\/companies$/), page.keyboard.press("c")]);
  assert.equal(await page.locator("h1").innerText(), "Companies");
  const count = await total(page);
  assert.ok(count > 20, `${count} companies`);
  assert.equal(number(await page.locator(".tabs [data-count='']").innerText()), count);
  await page.locator("th[data-m=people] a").focus();
  await page.keyboard.press("Enter");
  await shows(page, "sort=people");
  const people = (await cells(page, "people")).map(number);
  assert.deepEqual(people, [...people].sort((a, b) => b - a));
  assert.ok(people[0] > 1);
  await page.locator("th[data-m=employees] a").focus();
  await page.keyboard.press("Enter");
  await shows(page, "sort=company.employees");
  await ready(page);
  await page.goto("/companies?sort=people");
  const name = await rows(page).first().locator("[data-m=name] a").innerText();
  await press(page, "j");
  await Promise.all([page.waitForURL(/\/companies\/cmp_/), page.keyboard.press("Enter")]);
  assert.equal(await page.locator("h1").innerText(), name);
  assert.equal(number(await page.locator("#people .count").innerText()), people[0]);
  quiet();
});

test("a condition about companies is added by keyboard alone, becomes a segment, and freezes into a list", async () => {
  const { page, quiet } = view;
  await page.goto("/companies");
  await press(page, "f");
  await page.waitForSelector("[data-filterbar] [data-cond] input:focus");
  await page.keyboard.type("company.employees");
  await page.keyboard.press("Tab");
  await page.locator("[data-cond] [data-cell=op]").selectOption(">=");
  await page.keyboard.press("Tab");
  await page.keyboard.type("50");
  await page.keyboard.press("Enter");
  await shows(page, "where=company.employees >= 50");
  await ready(page);
  const count = await total(page);
  assert.ok(count > 0);
  assert.ok((await cells(page, "employees")).every((text) => number(text) >= 50));
  await fitsTheWindow(page);

  await opens(page, "[popovertarget=save]");
  await page.waitForSelector("#save [name=name]:focus");
  await page.keyboard.type("Large firms");
  await page.getByRole("button", { name: "Save as a segment" }).focus();
  await Promise.all([page.waitForURL(/\/segments\/seg_/), page.keyboard.press("Enter")]);
  assert.equal(await page.locator("h1").innerText(), "Large firms");
  await ready(page);
  assert.equal(await total(page), count);
  await opens(page, "[popovertarget=scope-menu]");
  await page.getByRole("button", { name: "Make the list" }).focus();
  await Promise.all([page.waitForURL(/\/changes\/chg_/), page.keyboard.press("Enter")]);
  await page.waitForFunction((n) => document.querySelector(".balance")?.textContent.includes(`${n} in = ${n} + 0 + 0`) && !document.querySelector("[data-poll]"), String(count));
  await page.goto("/segments");
  assert.match(await page.locator("main").innerText(), new RegExp(`Large firms[\\s\\S]*companies[\\s\\S]*Lists[\\s\\S]*Large firms\\s+${count}\\s+companies`));
  await page.locator("a[href^='/lists/lst_']").focus();
  await Promise.all([page.waitForURL(/\/lists\/lst_/), page.keyboard.press("Enter")]);
  await ready(page);
  assert.equal(await total(page), count);
  quiet();
});

test("what somebody there meets is a group of chips among the others, built and edited by keyboard and by mouse", async () => {
  const { page, quiet } = view;
  const somebody = page.locator("[data-filterbar] [data-somebody]");
  const chips = somebody.locator("[data-cond]");
  await page.goto("/companies");
  await press(page, "Shift+F");
  await page.waitForSelector("[data-somebody] [data-cond] input:focus");
  const list = await chips.locator("[data-cell=term]").getAttribute("list");
  const offered = await page.locator(`#${list} option`).evaluateAll((all) => all.map((one) => one.value));
  assert.ok(offered.includes("score.engagement") && offered.includes("person.email") && !offered.includes("people"), "people are asked");
  await page.keyboard.type("stage");
  await press(page, "Tab", "Tab");
  await page.keyboard.type("lead");
  await press(page, "Enter");
  await shows(page, 'where=somebody(stage == "lead")');
  await ready(page);
  const leads = await total(page);
  assert.ok(leads > 0);

  // Read back from the address it is the same group.
  await page.reload();
  await ready(page);
  assert.deepEqual([await somebody.count(), await chips.count()], [1, 1]);
  assert.equal(await chips.locator("[data-cell=value]").inputValue(), "lead");
  assert.equal(await chips.locator("[data-cell=op]").inputValue(), "==", "no text in a row");
  await somebody.locator("[data-add=row]").focus();
  await press(page, "Enter");
  await page.waitForFunction(() => document.querySelectorAll("[data-somebody] [data-cond]").length === 2);
  await page.keyboard.type("score.engagement");
  await press(page, "Tab");
  await chips.nth(1).locator("[data-cell=op]").selectOption(">=");
  await press(page, "Tab");
  await page.keyboard.type("5");
  await press(page, "Enter");
  await shows(page, 'somebody(stage == "lead" && score.engagement >= 5)');
  await ready(page);
  const warm = await total(page);
  assert.ok(warm <= leads, `${warm} of ${leads}`);

  // Beside it a condition of the companies themselves.
  await page.locator("h1").click();
  await press(page, "f");
  await page.waitForSelector("[data-filterbar] > .fb-parts > [data-cond] input:focus");
  await page.keyboard.type("people");
  await press(page, "Tab");
  await page.locator("[data-filterbar] > .fb-parts > [data-cond] [data-cell=op]").selectOption(">=");
  await press(page, "Tab");
  await page.keyboard.type("1");
  await press(page, "Enter");
  await shows(page, "score.engagement >= 5) && people >= 1");
  await ready(page);
  assert.equal(await total(page), warm, "somebody there is one at least");

  await somebody.locator("[data-group-of]").selectOption("any");
  await shows(page, 'somebody(stage == "lead" || score.engagement >= 5) && people >= 1');
  await ready(page);
  assert.ok((await total(page)) >= leads);
  await fitsTheWindow(page);

  // What nobody can be asked is said at its chip.
  await chips.nth(1).locator("[data-cell=term]").fill("parcels");
  await press(page, "Enter");
  await page.waitForSelector("[data-somebody] [data-cond] [data-fault]:not([hidden])");
  await chips.nth(1).locator("[data-remove]").click();
  await shows(page, 'where=somebody(stage == "lead") && people >= 1');
  await page.setViewportSize({ width: 390, height: 844 });
  await fitsTheWindow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole("button", { name: "Remove this group" }).click();
  await page.waitForURL((url) => url.searchParams.get("where") === "people >= 1");
  await page.goto("/people");
  assert.equal(await page.locator("[data-add=somebody]").count(), 0, "of companies alone");
  quiet();
});

test("those selected are told a fact and put into a list, and it is said what came of it", async () => {
  const { page, quiet } = view;
  await page.goto("/companies?sort=name&cols=industry,company.custom.tier");
  await ready(page);
  await press(page, "j", "x", "j", "j", "Shift+X");
  assert.match(await page.locator("[data-bulk]").innerText(), /3 selected/);
  assert.equal(await page.locator("[popovertarget=bulk-owner], [popovertarget=bulk-recycle]").count(), 0);
  await opens(page, "[data-bulk] [popovertarget=bulk-fact]");
  await page.waitForSelector("#bulk-fact [name=key]:focus");
  await page.keyboard.type("company.custom.tier");
  await page.keyboard.press("Tab");
  await page.keyboard.type("gold");
  await Promise.all([page.waitForURL(/told=chg_/), page.keyboard.press("Enter")]);
  assert.match(await page.locator(".told").innerText(), /3 in = 3 changed \+ 0 unchanged \+ 0 rejected/);
  assert.deepEqual((await cells(page, "fact")).slice(0, 4).map((text) => text.trim() === "gold"), [true, true, true, false]);

  await press(page, "j", "x");
  await opens(page, "[data-bulk] [popovertarget=bulk-list]");
  await page.locator("#bulk-list [name=new_list]").fill("Gold");
  await Promise.all([page.waitForURL(/told=chg_/), page.locator("#bulk-list [name=new_list]").press("Enter")]);
  const lists = JSON.parse(await program.run("list", "list", "--json")).lists;
  assert.deepEqual(lists.filter((list) => list.name === "Gold").map(({ of, companies }) => [of, companies]), [["companies", 1]]);

  // All that match, across the pages.
  await page.goto("/companies");
  const count = await total(page);
  await page.locator("[data-check-all]").focus();
  await page.keyboard.press("Space");
  if (count > 50) await opens(page, "[data-choose-all]");
  await opens(page, "[data-bulk] [popovertarget=bulk-fact]");
  await page.waitForSelector("#bulk-fact [name=key]:focus");
  await page.keyboard.type("company.custom.seen");
  await page.keyboard.press("Tab");
  await page.keyboard.type("yes");
  await Promise.all([page.waitForURL(count > 50 ? /\/changes\/chg_/ : /told=chg_/), page.keyboard.press("Enter")]);
  if (count > 50) {
    await page.waitForFunction((n) => document.querySelector(".balance")?.textContent.includes(`${n} in = ${n} + 0 + 0`) && !document.querySelector("[data-poll]"), String(count));
    assert.match(await page.locator("main").innerText(), /Companies/);
  }
  quiet();
});

test("a view of companies is the companies' own, and can be what their list begins with", async () => {
  const { page, quiet } = view;
  await page.goto("/companies?sort=people&cols=people,country");
  await opens(page, "[popovertarget=save]");
  await page.waitForSelector("#save [name=name]:focus");
  await page.keyboard.type("By people");
  await Promise.all([page.waitForURL(/\/companies\?view=viw_/), page.keyboard.press("Enter")]);
  const heads = await page.locator("thead th[data-m]").evaluateAll((all) => all.map((head) => head.dataset.m));
  assert.deepEqual(heads, ["check", "name", "people", "country"]);
  await opens(page, "[popovertarget=save]");
  await page.getByRole("button", { name: "Begin with this view" }).focus();
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  await page.goto("/companies");
  assert.match(page.url(), /view=viw_/);
  await page.goto("/people");
  assert.ok(!page.url().includes("view"), "the list of people begins as before");
  assert.equal(await page.locator(".tabs", { hasText: "By people" }).count(), 0);
  await page.goto("/companies");
  await opens(page, "[popovertarget=save]");
  await page.getByRole("button", { name: "Remove it" }).focus();
  await Promise.all([page.waitForURL(/view=all/), page.keyboard.press("Enter")]);
  quiet();
});

test("the companies that are shown are a file, and nothing found says so", async () => {
  const { page, quiet } = view;
  await page.goto("/companies?sort=people&view=all");
  const href = await page.locator("#export a[download]").first().getAttribute("href");
  const answer = await page.request.get(href);
  assert.equal(Number(answer.headers()["sluice-count"]), await total(page));
  const [head, first] = (await answer.text()).split("\n");
  assert.ok(head.startsWith("id,name,domain,industry,country,employees,stage,people,intent"), head);
  assert.ok(first.startsWith("cmp_"));
  await page.goto("/companies?q=zzzz");
  assert.match(await page.locator(".listwrap").innerText(), /No company is found/);
  quiet();
});

for (const colorScheme of ["light", "dark"]) {
  test(`at 390 the companies are cards that fit the window, ${colorScheme}`, async () => {
    const { page, quiet, context } = await open(chrome, program.address, { viewport: { width: 390, height: 844 }, colorScheme });
    await context.addCookies(await view.context.cookies());
    for (const path of ["/companies", "/segments", `/companies?where=${encodeURIComponent("company.employees >= 50")}`]) {
      await page.goto(path);
      await fitsTheWindow(page);
    }
    await rows(page).first().locator("[data-check]").check();
    await page.locator("[data-bulk] [popovertarget=bulk-list]").click();
    assert.ok(await page.locator("#bulk-list").isVisible());
    await fitsTheWindow(page);
    quiet();
    await context.close();
  });
}
