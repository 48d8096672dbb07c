// Custom fields: made by keyboard, refused where a value does not fit, shown, ordered by and asked about.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, owner } from "./harness.mjs";
import { ready, shows } from "./listing.mjs";

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
  const plain = (name) => /^[A-Za-z ]+$/.test(name);
  const [boss, formerBoss] = names.slice(1).filter(plain);
  await page.goto("/companies?sort=name");
  const [reseller, formerReseller] = (await page.locator("[data-row] [data-m=name] a").allInnerTexts()).filter(plain);
  await page.goto("/people?sort=name");
  await page.keyboard.press("j");
  await Promise.all([page.waitForURL(/\/people\/per_/), page.keyboard.press("Enter")]);

  // The first value of each is told with what its field takes, as soon as it is known which it is.
  const own = new URL(page.url()).pathname;
  const value = page.locator(".new-fact [data-value]");
  const which = async (name) => {
    await page.keyboard.press("e");
    await page.keyboard.type(name);
    await page.keyboard.press("Tab");
    await value.locator(":focus").waitFor();
  };
  const told = async (words) => {
    const before = page.url();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => /edited=/.test(url.href) && url.href !== before);
    await page.locator("form.toast", { hasText: words }).waitFor();
  };
  await which("custom.budget");
  assert.equal(await value.locator("input").getAttribute("inputmode"), "decimal");
  await page.keyboard.type("9 GBP");
  await page.keyboard.press("Enter");
  await page.locator(".new-fact [data-wrong]").waitFor();
  assert.match(await page.locator(".new-fact [data-wrong]").innerText(), /Budget is in EUR, not in GBP/);
  assert.equal(await value.locator("[name=value]").inputValue(), "9 GBP", "what was typed stays");
  await value.locator("[name=value]").fill("9600.5");
  await told("Budget is EUR 9,600.50 now");
  // What a field is called means its fact.
  await which("tier");
  assert.equal(await page.locator(".new-fact [name=key]").inputValue(), "person.custom.tier");
  assert.deepEqual(await value.locator("option").allInnerTexts(), ["Choose", "Silver", "Gold"]);
  await page.keyboard.press("s");
  await told("Tier is Silver now");
  await which("custom.topics");
  assert.deepEqual((await value.locator("label").allInnerTexts()).map((words) => words.trim()), ["Cold chain", "Customs", "Returns"]);
  await page.keyboard.press("Enter");
  await page.locator(".new-fact [data-wrong]").waitFor();
  assert.equal(await page.locator(".new-fact fieldset + [data-wrong]").innerText(), "Say what it is.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await told("Topics is Customs now");
  await which("custom.renewal");
  await value.locator("input[type=date]").fill("2027-03-31");
  await told("Renewal is 2027-03-31 now");
  await which("custom.site");
  assert.equal(await value.locator("input").getAttribute("type"), "url");
  await page.keyboard.type("https://north.example/offer?a=1");
  await told("Site is https://north.example/offer?a=1 now");
  for (const [name, whom] of [["boss", formerBoss], ["reseller", formerReseller]]) {
    await which(`custom.${name}`);
    await page.keyboard.type("nobody of that name");
    await page.keyboard.press("Enter");
    await page.locator(".new-fact [data-wrong]").waitFor();
    assert.match(await page.locator(".new-fact [data-wrong]").innerText(), /nobody of that name/);
    await value.locator("[type=search]").fill("");
    await value.locator("[type=search]").focus();
    await page.keyboard.type(whom);
    await value.locator("[role=option]", { hasText: whom }).first().waitFor();
    await told(`is ${whom} now`);
  }
  // What has no field takes any text, and what is known here is offered.
  await which("custom.nickname");
  await page.keyboard.type("The Ferryman");
  await told("Nickname is The Ferryman now");
  const offered = await page.locator("#known-facts option").evaluateAll((all) => all.map((one) => one.value));
  for (const key of ["person.title", "person.custom.tier", "person.custom.nickname"]) assert.ok(offered.includes(key), key);
  await page.goto("/companies?sort=name");
  const company = (await page.locator("[data-row] [data-m=name] a").first().getAttribute("href")).split("/").pop();
  await page.goto(own);

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

test("a fact that is yes or no is changed by Y and N", async () => {
  const { page, quiet } = view;
  const token = JSON.parse(await program.run("token", "create", "--user", owner.email, "--name", "facts", "--json")).token;
  const told = await fetch(`${program.address}/api/v1/people`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ email: "ida@truth.example", name: "Ida Truth", facts: { "person.custom.opted_in": true } }),
  });
  assert.ok(told.ok, `${told.status}`);
  await page.goto(`/people/${(await told.json()).id}`);
  const fact = page.locator('[data-edit="person.custom.opted_in"]');
  const toast = (words) => page.locator("form.toast", { hasText: words }).waitFor();
  assert.equal(await fact.innerText(), "yes");
  const press = async (key) => {
    await fact.focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector(".fact-edit select:focus");
    const before = page.url();
    await page.keyboard.press(key);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => /edited=/.test(url.href) && url.href !== before);
  };
  await press("n");
  await toast("Opted in is no now");
  assert.equal(await fact.innerText(), "no");
  await press("y");
  await toast("Opted in is yes now");
  // The same key again changes nothing, and Escape leaves it as it is.
  await fact.focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector(".fact-edit select:focus");
  await page.keyboard.press("n");
  await page.keyboard.press("Escape");
  await page.waitForSelector(".fact-edit", { state: "detached" });
  assert.equal(await fact.innerText(), "yes");
  // Told anew it is chosen, too, for it is known what it holds; and it is the truth that is kept, no text.
  await page.keyboard.press("e");
  await page.keyboard.type("custom.opted_in");
  await page.keyboard.press("Tab");
  await page.waitForSelector(".new-fact select:focus");
  const before = page.url();
  await page.keyboard.press("n");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => /edited=/.test(url.href) && url.href !== before);
  await toast("Opted in is no now");
  const count = async (where) => JSON.parse(await program.run("people", "--where", where, "--json")).count;
  assert.equal(await count("!person.custom.opted_in"), 1);
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
  // In the chip stands what people call it; what it is in a text is said beside.
  assert.equal(await term.inputValue(), "Plan");
  assert.equal(await term.getAttribute("title"), "person.custom.plan");
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
  await ready(page);
  // The text keeps the key; whoever comes to it reads the label, and it is the same condition as before.
  assert.equal(new URL(page.url()).searchParams.get("where"), 'person.custom.plan == "Pro"');
  await page.reload();
  assert.equal(await term.inputValue(), "Plan");
  await value.fill("Trial");
  await page.keyboard.press("Enter");
  await shows(page, 'where=person.custom.plan == "Trial"');
  await term.fill("person.title");
  await page.keyboard.press("Enter");
  await shows(page, 'where=person.title == "Trial"');
  await page.goto("/people?sort=person.custom.plan&cols=person.custom.plan");
  await ready(page);
  assert.equal(await page.locator("td[data-m=fact] .unknown").last().getAttribute("title"), "Plan is unknown");
  await program.run("segment", "create", "--where", 'person.custom.plan == "Pro"', "Paying");
  await page.goto("/segments");
  assert.match(await page.locator("main").innerText(), /Plan is Pro/);
  await page.getByRole("link", { name: "Paying" }).first().click();
  await page.waitForURL(/\/segments\/seg_/);
  assert.match(await page.locator("header p.muted").first().innerText(), /^Plan is Pro/);

  // One that stands there already offers its values as well, and so does a stage.
  await page.goto(`/people?where=${encodeURIComponent('stage == "lead"')}`);
  await value.focus();
  await page.waitForFunction(() => document.activeElement?.list?.options.length > 4);
  assert.ok((await values()).includes("opportunity"));
  quiet();
});
