// What is missing: a column of the list, shown only when it is switched on, that says what each lacks for a stage.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, tablesFit } from "./harness.mjs";

let program, view, close;
before(async () => ({ program, view, close } = await house({ people: 200 })));
after(() => close?.());

test("the column is not there until it is switched on, and stays while one sorts and searches", async () => {
  const { page, quiet } = view;
  await page.goto("/people?stage=prospect");
  assert.equal(await page.locator("[data-m=missing]").count(), 0);
  await page.click("[popovertarget=columns]");
  await Promise.all([page.waitForURL(/missing=opportunity/), page.click("#columns a:has-text('opportunity')")]);
  await page.waitForSelector("th[data-m=missing]");
  await page.keyboard.press("Escape");
  assert.match(page.url(), /stage=prospect/);
  assert.equal(await page.locator("th[data-m=missing]").innerText(), "What is missing");
  const words = await page.locator("td[data-m=missing]").allInnerTexts();
  assert.ok(words.length > 5 && words.every((said) => said.trim() !== ""));
  assert.ok(words.some((said) => /yes to/.test(said)), words.join("\n"));
  await Promise.all([page.waitForURL(/sort=name/), page.click("th[data-m=name] a")]);
  assert.match(page.url(), /missing=opportunity/);
  await page.fill("[name=q]", "a");
  await Promise.all([page.waitForURL(/q=a/), page.press("[name=q]", "Enter")]);
  assert.equal(await page.locator("th[data-m=missing]").count(), 1);
  await page.click("[popovertarget=columns]");
  await page.click("#columns a:has-text('Not shown')");
  await page.waitForURL((url) => !url.searchParams.get("missing"));
  await page.waitForSelector("th[data-m=missing]", { state: "detached" });
  assert.equal(await page.locator("[data-m=missing]").count(), 0);
  quiet();
});

test("what it says is the first way on the record", async () => {
  const { page, quiet } = view;
  const told = JSON.parse(await program.run("people", "--stage", "prospect", "--missing", "next", "--limit", "5", "--json"));
  for (const person of told.people.slice(0, 2)) {
    assert.equal(person.missing.stage, "opportunity");
    const whole = JSON.parse(await program.run("why-not", person.id, "--stage", "opportunity", "--json"));
    assert.equal(person.missing.cost, whole.ways[0].cost);
    await page.goto(`/people?missing=next&q=${encodeURIComponent(person.email)}`);
    assert.ok((await page.locator("td[data-m=missing]").innerText()).includes(person.missing.words));
  }
  quiet();
});

test("the rows that come as one scrolls say it too", async () => {
  const { page, quiet } = view;
  await page.goto("/people?missing=next");
  await page.locator("[data-row]").last().scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length > 60);
  assert.equal(await page.locator("td[data-m=missing]").count(), await page.locator("[data-row]").count());
  quiet();
});

test("it fits a phone", async () => {
  const { context, quiet } = view;
  const page = await context.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/people?stage=prospect&missing=next");
  await fitsTheWindow(page);
  await tablesFit(page);
  assert.ok(await page.locator("td[data-m=missing]").first().isVisible());
  quiet();
});
