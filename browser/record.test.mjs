// A record in two hands, by keyboard alone: facts are changed where they stand and taken back, a colleague is assigned.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, owner } from "./harness.mjs";

let server, view, close;

before(async () => ({ program: server, view, close } = await house({ people: 60 })));

after(() => close?.());

/** Opens the first record of the list. */
async function first(page) {
  await page.goto("/people?sort=name");
  await page.keyboard.press("j");
  await Promise.all([page.waitForURL(/per_/), page.keyboard.press("Enter")]);
}

test("a fact is changed where it stands, and Z takes that back", async () => {
  const { page, quiet } = view;
  await first(page);
  const fact = page.locator('[data-edit="person.name"]');
  const was = await fact.innerText();
  await fact.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("Never Saved");
  await page.keyboard.press("Escape");
  assert.equal(await fact.innerText(), was);
  assert.ok(await fact.evaluate((element) => element === document.activeElement), "the focus is back");

  await page.keyboard.press("Enter");
  await page.keyboard.type("Ada Byron");
  await Promise.all([page.waitForURL(/edited=/), page.keyboard.press("Enter")]);
  assert.equal(await page.locator("h1").innerText(), "Ada Byron");
  assert.ok(await page.getByText("Name is Ada Byron now.").isVisible());
  assert.ok(await page.getByText("Said by hand").first().isVisible());

  // All that was said of it: what holds, and what the other source says.
  await Promise.all([page.waitForURL(/facts\/person.name/), page.locator("#fact-person\\.name a.src").press("Enter")]);
  assert.ok(await page.getByRole("heading", { name: "Other sources say" }).isVisible());
  assert.ok(await page.getByText(was).first().isVisible());
  await page.goBack();

  await Promise.all([page.waitForURL((url) => !url.searchParams.has("edited")), page.keyboard.press("z")]);
  assert.equal(await page.locator("h1").innerText(), was);
  quiet();
});

test("E adds a fact, and what is none says why", async () => {
  const { page, quiet } = view;
  await first(page);
  await page.keyboard.press("e");
  await page.keyboard.type("nickname");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Annie");
  await Promise.all([page.waitForURL(/edited=/), page.keyboard.press("Enter")]);
  assert.equal(await page.locator('[data-edit="person.nickname"]').innerText(), "Annie");
  await page.locator('[data-edit="person.email"]').focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("no address");
  await page.keyboard.press("Enter");
  await page.locator(".fact-edit [data-wrong]", { hasText: "is not an e-mail address" }).waitFor();
  assert.equal(await page.locator(".fact-edit input[name=value]").inputValue(), "no address");
  quiet();
});

test("A assigns a colleague, who is found by typing", async () => {
  const { page, quiet } = view;
  await first(page);
  await page.keyboard.press("a");
  await page.keyboard.type(owner.name.slice(0, 5).toLowerCase());
  await Promise.all([page.waitForURL(/edited=/), page.keyboard.press("Enter")]);
  assert.ok(await page.getByText(`${owner.name} looks after them now.`).isVisible());
  // The palette has what the page offers.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("assign");
  await page.keyboard.press("Enter");
  assert.ok(await page.locator("#assign").isVisible());
  await page.keyboard.press("Escape");
  quiet();
});

test("a company is changed by hand, too, and all of it fits a phone", async () => {
  const { page, quiet } = view;
  await first(page);
  await Promise.all([page.waitForURL(/cmp_/), page.locator(".rec-id a").press("Enter")]);
  await page.locator('[data-edit="company.name"]').focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("Renamed Lines");
  await Promise.all([page.waitForURL(/edited=/), page.keyboard.press("Enter")]);
  assert.equal(await page.locator("h1").innerText(), "Renamed Lines");
  await Promise.all([page.waitForURL((url) => !url.searchParams.has("edited")), page.keyboard.press("z")]);
  assert.notEqual(await page.locator("h1").innerText(), "Renamed Lines");
  await page.setViewportSize({ width: 390, height: 844 });
  await fitsTheWindow(page);
  await page.goto(`${new URL(page.url()).pathname}/facts/company.name`);
  await fitsTheWindow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  quiet();
});
