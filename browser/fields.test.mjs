// Custom fields: made by keyboard, refused where a value does not fit, shown, ordered by and asked about.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house } from "./harness.mjs";
import { shows } from "./listing.mjs";

let program, view, close;
before(async () => ({ program, view, close } = await house({ people: 80 })));
after(() => close?.());

test("a field is made by keyboard alone, and takes its choices and no others", async () => {
  const { page, quiet } = view;
  await page.goto("/settings/fields");
  await page.locator(".new-field [name=label]").focus();
  await page.keyboard.type("Plan");
  await page.locator(".new-field [name=kind]").selectOption("choice");
  assert.ok(!(await page.locator(".new-field [name=currency]").isVisible()), "it asks what its type takes");
  await page.locator(".new-field [name=choices]").fill("Trial\nPro");
  await page.getByRole("button", { name: "Make the field" }).focus();
  await Promise.all([page.waitForResponse((answer) => answer.request().method() === "POST"), page.keyboard.press("Enter")]);
  await page.waitForSelector("td:has-text('person.custom.plan')");
  await fitsTheWindow(page);

  await page.goto("/people?sort=name&cols=co,person.custom.plan");
  assert.ok(await page.locator("th", { hasText: "Plan" }).isVisible());
  const choose = async (value) => {
    for (const key of ["j", "x"]) await page.keyboard.press(key);
    await page.locator("[data-bulk] [popovertarget=bulk-fact]").click();
    await page.locator("#bulk-fact [name=key]").fill("person.custom.plan");
    await page.locator("#bulk-fact [name=value]").fill(value);
    await page.locator("#bulk-fact [name=value]").press("Enter");
  };
  await choose("pro");
  await page.waitForURL(/told=chg_/);
  assert.equal(await page.locator("[data-row] td[data-m=fact]").first().innerText(), "Pro");
  // What is wrong is said beside the field, and everything stays: whoever was selected, the filter, what was typed.
  await page.goto(`/people?where=${encodeURIComponent("known(person.name)")}&sort=name&cols=co,person.custom.plan`);
  await page.locator("[data-check-all]").check();
  await page.locator("[data-bulk] [data-choose-all]").click();
  const selected = await page.locator("[data-bulk]").innerText();
  assert.match(selected, /All 80 selected/);
  const here = page.url();
  await page.locator("[data-bulk] [popovertarget=bulk-fact]").click();
  await page.locator("#bulk-fact [name=key]").fill("person.custom.plan");
  await page.locator("#bulk-fact [name=value]").fill("platinum");
  await page.keyboard.press("Enter");
  const wrong = page.locator("#bulk-fact [data-wrong]");
  await wrong.waitFor();
  assert.equal(await wrong.innerText(), 'Plan has no choice "platinum"; there are Trial, Pro');
  assert.equal(page.url(), here);
  assert.equal(await page.locator("[data-bulk]").innerText(), selected);
  const field = page.locator("#bulk-fact [name=value]");
  assert.equal(await field.inputValue(), "platinum");
  assert.equal(await field.getAttribute("aria-describedby"), await wrong.getAttribute("id"));
  assert.ok(await field.evaluate((it) => it === document.activeElement), "one can type at once");
  // Another fact takes it, so that the plans stay as they are.
  await page.locator("#bulk-fact [name=key]").fill("person.custom.level");
  await Promise.all([page.waitForURL(/\/changes\/chg_|told=chg_/), page.keyboard.press("Enter")]);
  await page.waitForFunction(() => /80 in = 80 \+ 0 \+ 0|80 in = 80 changed/.test(document.body.innerText));
  quiet();
});

test("a formula says of each whether its condition is true, and can be asked about", async () => {
  const { page, quiet } = view;
  await program.run("field", "create", "Fits well", "--type", "formula", "--formula", "score.fit >= 60");
  await page.goto("/people?cols=fit,person.custom.fits_well");
  const rows = await page.locator("[data-row]").evaluateAll((all) =>
    all.map((row) => [Number(row.querySelector("meter")?.value ?? -1), row.querySelector("td[data-m=fact]").textContent.trim()]),
  );
  assert.ok(rows.some(([, says]) => says === "Yes"));
  for (const [fit, says] of rows.filter(([fit]) => fit >= 60)) assert.equal(says, "Yes", `fit ${fit}`);
  const count = async (where) => JSON.parse(await program.run("people", "--where", where, "--json", "--limit", "1")).count;
  assert.equal(await count("person.custom.fits_well"), await count("score.fit >= 60"));
  assert.equal(await count("!person.custom.fits_well"), await count("!(score.fit >= 60)"));

  // The head of its column orders by it: those of whom it is true come first, and turned round last.
  const sorted = (way) => page.waitForSelector(`th[aria-sort=${way}]:has-text("Fits well")`);
  const says = () => page.locator("[data-row] td[data-m=fact]").evaluateAll((all) => all.map((cell) => cell.textContent.trim()));
  await page.getByRole("link", { name: "Fits well" }).click();
  await sorted("descending");
  const down = await says();
  assert.equal(down[0], "Yes");
  assert.deepEqual(down, [...down].sort().reverse());
  await page.getByRole("link", { name: "Fits well" }).focus();
  await page.keyboard.press("Enter");
  await sorted("ascending");
  const up = await says();
  assert.equal(up[0], "No");
  assert.deepEqual(up, [...up].sort());

  // Of whom it is unknown comes last in its order, and is found by that.
  await program.run("field", "create", "On pro", "--type", "formula", "--formula", "person.custom.plan == \"Pro\"");
  await page.goto("/people?cols=person.custom.on_pro&sort=person.custom.on_pro&dir=desc");
  // What it asks is read out of everybody first.
  await page.waitForSelector("[data-row]");
  const [first, ...others] = await says();
  assert.equal(first, "Yes");
  assert.ok(others.length > 0 && others.every((cell) => !["Yes", "No"].includes(cell)), `${others}`);
  assert.match(await page.locator("[data-without]").innerText(), /^79 without On pro, listed last/);
  await page.getByRole("link", { name: "Show them" }).click();
  await shows(page, "where=!known(person.custom.on_pro)");
  assert.ok((await says()).every((cell) => !["Yes", "No"].includes(cell)));
  assert.equal(await count("!known(person.custom.on_pro)"), 79);

  // A formula of companies that people can't be asked is no order of theirs, and the page says why.
  const led = ["--type", "formula", "--company", "--formula", "people >= 1"];
  await program.run("field", "create", "Staffed", ...led);
  await page.goto("/people?sort=company.custom.staffed");
  assert.ok(await page.getByRole("heading", { name: "This order can’t be had" }).isVisible());
  assert.match(await page.locator(".empty").innerText(), /people can't be asked it/);
  quiet();
});

test("a fact is changed as its field takes it, and is told by name, currency and link", async () => {
  const { page, quiet } = view;
  const make = (label, type, ...rest) => program.run("field", "create", label, "--type", type, ...rest);
  await make("Tier", "choice", "--choice", "Silver", "--choice", "Gold");
  await make("Topics", "choices", "--choice", "Cold chain", "--choice", "Customs", "--choice", "Returns");
  await make("Renewal", "date");
  await make("Budget", "money", "--currency", "EUR");
  await make("Boss", "person");
  await make("Reseller", "company");
  await make("Site", "url");
  const names = await (async () => {
    await page.goto("/people?sort=name");
    return page.locator("[data-row] [data-m=name] a").allInnerTexts();
  })();
  const boss = names.find((name) => /^[A-Za-z ]+$/.test(name) && name !== names[0]);
  await page.goto("/companies?sort=name");
  const reseller = (await page.locator("[data-row] [data-m=name] a").allInnerTexts()).find((name) => /^[A-Za-z ]+$/.test(name));
  await page.goto("/people?sort=name");
  await page.keyboard.press("j");
  await Promise.all([page.waitForURL(/\/people\/per_/), page.keyboard.press("Enter")]);

  // The first value of each is told by typing; a wrong one is explained beside the field.
  const add = async (name, value) => {
    await page.keyboard.press("e");
    await page.keyboard.type(`custom.${name}`);
    await page.keyboard.press("Tab");
    await page.keyboard.type(value);
    await page.keyboard.press("Enter");
  };
  const added = async (name, value) => {
    const before = page.url();
    await add(name, value);
    await page.waitForURL((url) => /edited=/.test(url.href) && url.href !== before);
  };
  await add("tier", "platinum");
  await page.locator(".new-fact [data-wrong]").waitFor();
  assert.match(await page.locator(".new-fact [data-wrong]").innerText(), /no choice "platinum"; there are Silver, Gold/);
  assert.equal(await page.locator(".new-fact [name=value]").inputValue(), "platinum");
  await page.reload();
  await added("tier", "silver");
  await added("topics", "Customs");
  await added("renewal", "2027-03-31");
  await added("budget", "9600.5");
  await added("site", "https://north.example/offer?a=1");
  const own = new URL(page.url()).pathname;
  await added("boss", own.split("/").pop());
  await page.goto("/companies?sort=name");
  const company = (await page.locator("[data-row] [data-m=name] a").first().getAttribute("href")).split("/").pop();
  await page.goto(own);
  await added("reseller", company);

  const fact = (name) => page.locator(`[data-edit="person.custom.${name}"]`);
  const shown = (name) => page.locator(`#fact-person\\.custom\\.${name} dd`);
  assert.match(await shown("budget").innerText(), /EUR 9,600\.50/);
  const link = shown("site").locator("a[href='https://north.example/offer?a=1']");
  assert.match(await link.getAttribute("rel"), /noopener/);
  const save = async (act) => {
    const before = page.url();
    await act();
    await page.waitForURL((url) => /edited=/.test(url.href) && url.href !== before);
  };
  const open = async (name) => {
    await fact(name).focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector(".fact-edit :focus");
  };
  await open("tier");
  assert.deepEqual(await page.locator(".fact-edit option").allInnerTexts(), ["Unknown", "Silver", "Gold"]);
  await page.locator(".fact-edit select").selectOption("Gold");
  await save(() => page.keyboard.press("Enter"));
  assert.equal(await fact("tier").innerText(), "Gold");
  assert.match(await page.locator("form.toast").innerText(), /Tier is Gold now/);

  await open("topics");
  await page.locator(".fact-edit label", { hasText: "Returns" }).locator("input").focus();
  await page.keyboard.press("Space");
  await save(() => page.keyboard.press("Enter"));
  assert.equal(await fact("topics").innerText(), "Customs, Returns");

  await open("renewal");
  assert.equal(await page.locator(".fact-edit input[type=date]").inputValue(), "2027-03-31");
  await page.locator(".fact-edit input[type=date]").fill("2027-06-30");
  await save(() => page.keyboard.press("Enter"));
  assert.equal(await fact("renewal").innerText(), "2027-06-30");

  for (const [name, of, whom] of [["boss", "people", boss], ["reseller", "companies", reseller]]) {
    await open(name);
    await page.keyboard.type(whom);
    await page.locator(".fact-edit [role=option]", { hasText: whom }).first().waitFor();
    await save(() => page.keyboard.press("Enter"));
    const to = shown(name).locator(`a[href^="/${of}/"]`).first();
    assert.equal(await to.innerText(), whom);
    assert.ok((await page.locator(".timeline").first().innerText()).includes(whom), "the timeline tells the name");
    assert.doesNotMatch(await page.locator(".timeline").first().innerText(), new RegExp(company));
  }
  await Promise.all([page.waitForURL(/\/people\/per_/), shown("boss").locator("a[href^='/people/']").first().press("Enter")]);
  assert.equal(await page.locator("h1").innerText(), boss);
  await page.goto(`${own}/facts/person.custom.boss`);
  assert.equal(await page.locator("h1").innerText(), "Boss");
  assert.match(await page.locator("main").innerText(), new RegExp(boss));
  await page.goto("/people?sort=name&cols=person.custom.boss,person.custom.budget");
  assert.match(await page.locator("[data-row]").first().innerText(), new RegExp(`${boss}[\\s\\S]*EUR 9,600\\.50`));

  // A value that is refused stays, with the reason beside it.
  await page.goto(own);
  await open("budget");
  await page.keyboard.type("9 GBP");
  await page.keyboard.press("Enter");
  await page.locator(".fact-edit [data-wrong]").waitFor();
  assert.match(await page.locator(".fact-edit [data-wrong]").innerText(), /Budget is in EUR, not in GBP/);
  assert.equal(await page.locator(".fact-edit input[name=value]").inputValue(), "9 GBP");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await page.locator("label", { has: page.locator("#part-facts") }).click();
  await fact("boss").click();
  await fitsTheWindow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  quiet();
});

test("a condition finds a field by what it is called, offers what it may be, and warns of what it can't", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  await page.keyboard.press("f");
  const term = page.locator("[data-filterbar] [data-cond] [data-cell=term]");
  await page.waitForSelector("[data-filterbar] [data-cond] input:focus");
  const offered = page.locator("#form-terms option[value='person.custom.plan']");
  assert.equal(await offered.getAttribute("label"), "Plan");
  await page.keyboard.type("plan");
  await page.keyboard.press("Tab");
  assert.equal(await term.inputValue(), "person.custom.plan");
  const value = page.locator("[data-filterbar] [data-cond] [data-cell=value]");
  const values = () => value.evaluate((field) => [...(field.list?.options ?? [])].map((option) => option.value));
  assert.deepEqual(await values(), ["Trial", "Pro"]);
  await page.keyboard.press("Tab");
  await page.keyboard.type("gold");
  await page.keyboard.press("Enter");
  const note = page.locator("[data-filterbar] [data-fault]");
  await note.waitFor();
  assert.equal(await note.innerText(), 'Plan has no choice "gold"; there are Trial, Pro');
  await page.waitForURL(/where=/);
  assert.ok(await note.isVisible(), "the list is shown, and the warning stays");
  await value.fill("Pro");
  await page.keyboard.press("Enter");
  await page.waitForURL(/Pro/);
  await note.waitFor({ state: "hidden" });

  // One that stands there already offers its values as well, and so does a stage.
  await page.goto(`/people?where=${encodeURIComponent('stage == "lead"')}`);
  await value.focus();
  await page.waitForFunction(() => document.activeElement?.list?.options.length > 4);
  assert.ok((await values()).includes("opportunity"));
  quiet();
});
