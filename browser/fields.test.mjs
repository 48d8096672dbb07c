// Custom fields: made by keyboard, refused where a value does not fit, shown, ordered by and asked about.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house } from "./harness.mjs";

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
  await field.fill("trial");
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

  // Of whom it is unknown is not in its order, and found by that.
  await program.run("field", "create", "On pro", "--type", "formula", "--formula", "person.custom.plan == \"Pro\"");
  await page.goto("/people?cols=person.custom.on_pro&sort=person.custom.on_pro&dir=desc");
  // What it asks is read out of everybody first.
  await page.waitForSelector("[data-row]");
  assert.deepEqual(await says(), ["Yes"]);
  await page.getByRole("link", { name: "Show them" }).click();
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length > 1);
  assert.equal(new URL(page.url()).searchParams.get("where"), "!known(person.custom.on_pro)");
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
