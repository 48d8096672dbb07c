// From a receipt to what it rests on: the activity in the timeline, the fact among the facts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { house, open } from "./harness.mjs";

let program, chrome, view, path, close;
before(async () => {
  ({ program, chrome, view, close } = await house({ people: 300 }));
  const people = JSON.parse(await program.run("people", "--stage", "opportunity", "--limit", "50", "--json")).people;
  path = `/people/${people[0].id}`;
});
after(() => close?.());

/** The links of every receipt of the record, earlier moves included. */
const links = (page) => page.locator("[data-why] a[data-evidence]");

test("every activity and fact that a receipt names can be gone to", async () => {
  const { page, quiet } = view;
  await page.goto(path);
  const hrefs = await links(page).evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  assert.ok(hrefs.length > 3, `${hrefs}`);
  for (const href of new Set(hrefs)) {
    // As it is sent: without a script the address alone leads there.
    await page.goto(new URL(href, page.url()).href);
    const id = new URL(page.url()).hash.slice(1);
    assert.equal(await page.locator(`[id="${id}"]`).count(), 1, `${href} leads to nothing`);
  }
  quiet();
});

test("what the page shows already is gone to at once, and is marked", async () => {
  const { page, quiet } = view;
  await page.goto(path);
  await links(page).first().click();
  const found = await page.evaluate(() => ({
    focused: document.activeElement?.id,
    hash: location.hash.slice(1),
    path: location.pathname + location.search,
  }));
  assert.equal(found.focused, found.hash);
  assert.equal(found.path, path, "no other page was asked for");
  quiet();
});

test("on a phone it opens the part of the record in which it is", async () => {
  const phone = await open(chrome, program.address, { viewport: { width: 390, height: 844 } });
  await phone.context.addCookies(await view.context.cookies());
  const { page } = phone;
  await page.goto(path);
  await page.keyboard.press("w");
  await links(page).first().click();
  assert.ok(await page.locator(":target").isVisible());
  phone.quiet();
  await phone.context.close();
});
