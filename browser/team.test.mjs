// The team's page: teams, roles and territories made and given by forms, and what a user of a role is offered.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, invited } from "./harness.mjs";
import { rows } from "./listing.mjs";

let program, chrome, mara, close;

before(async () => ({ program, chrome, view: mara, close } = await house()));

after(() => close?.());

test("the table of roles can be read on a desktop and on a phone", async () => {
  const { page, quiet } = mara;
  await page.goto("/team");
  await page.click("text=Make a role of your own");
  await page.fill(".role-form [name=name]", "Ruled");
  await page.check(".role-form [value='people.read']");
  await page.fill(".role-form [name=fields]", "person.phone=hidden,person.email=read,company.employees=hidden");
  await page.click("text=Make the role");
  await page.waitForSelector(".roles thead >> text=Ruled");
  const wide = () => page.locator(".scroll-x", { has: page.locator(".roles") }).evaluate((box) => [box.scrollWidth, box.clientWidth]);
  const [all, shown] = await wide();
  assert.equal(all, shown, "on a desktop all of it is seen at once");
  // Yes and no stand in one line, in the middle of their cell.
  const middles = await page.locator(".roles tbody tr").first().locator("td").evaluateAll((cells) =>
    cells.map((cell) => {
      const [box, mark] = [cell, cell.querySelector("svg, span:not(.sr)")].map((one) => one.getBoundingClientRect());
      return Math.abs(box.left + box.width / 2 - (mark.left + mark.width / 2));
    }),
  );
  assert.ok(middles.length > 3 && middles.every((off) => off < 6), `${middles}`);
  await page.setViewportSize({ width: 390, height: 844 });
  await fitsTheWindow(page);
  const seen = async () => {
    const box = await page.locator(".scroll-x", { has: page.locator(".roles") }).boundingBox();
    const heads = await page.locator(".roles thead th").evaluateAll((all) => all.map((head) => head.getBoundingClientRect().toJSON()));
    return heads.slice(1).filter((head) => head.right <= box.x + box.width + 1 && head.left >= box.x).length;
  };
  assert.ok((await seen()) >= 3, `${await seen()} roles are seen`);
  // What the row is about stays while one goes through the roles.
  const what = page.locator(".roles tbody th").first();
  const before = await what.boundingBox();
  await page.locator(".scroll-x", { has: page.locator(".roles") }).evaluate((box) => box.scrollTo(1_000, 0));
  assert.equal((await what.boundingBox()).x, before.x);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.click("[aria-label='Remove the role Ruled']");
  await page.waitForURL(/#roles/);
  quiet();
});

test("teams, roles and territories are made and taken away", async () => {
  const { page, quiet } = mara;
  await page.goto("/team");
  await page.fill("[aria-label='Name of a new team']", "North");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#teams/);
  await page.selectOption("[aria-label='As what they join North']", "manager");
  await page.click("#teams >> text=Add");
  await page.waitForSelector(".roster__members >> text=manager");

  await page.click("text=Make a role of your own");
  await page.fill(".role-form [name=name]", "Caller");
  await page.check(".role-form [value='people.read']");
  await page.selectOption(".role-form [name=sees]", "team");
  await page.fill(".role-form [name=fields]", "person.phone=secret");
  await page.click("text=Make the role");
  await page.waitForSelector("[role=alert]");
  assert.match(await page.innerText("[role=alert]"), /no rule for a field/);
  await page.click("text=Make a role of your own");
  await page.fill(".role-form [name=name]", "Caller");
  await page.check(".role-form [value='people.read']");
  await page.fill(".role-form [name=fields]", "person.phone=hidden");
  await page.click("text=Make the role");
  await page.waitForSelector(".roles thead >> text=Caller");

  await page.fill("[aria-label='Name of a new territory']", "Germany");
  await page.fill("[aria-label='Condition over facts']", 'person.country == "DE"');
  await page.click("text=Make a territory");
  await page.waitForSelector("#territories >> text=for North");
  await page.click("[aria-label='Remove the territory Germany']");
  await page.waitForSelector("#territories >> text=No territories yet");
  await page.click("[aria-label='Remove the role Caller']");
  await page.waitForURL(/#roles/);
  await page.click("[aria-label='Remove the team North']");
  await page.waitForSelector("#teams >> text=No teams yet");
  await page.click("[name=do][value=suspend]");
  await page.waitForSelector("[role=alert]");
  assert.match(await page.innerText("[role=alert]"), /Nobody suspends themselves/);
  quiet();
});

test("a score that is made of what is hidden from somebody says so, in the list and on the record", async () => {
  const { page, quiet } = mara;
  await program.run("demo", "--people", "60");
  await page.goto("/team");
  await page.click("text=Make a role of your own");
  await page.fill(".role-form [name=name]", "Bounded");
  await page.check(".role-form [value='people.read']");
  await page.fill(".role-form [name=fields]", "company.employees=hidden");
  await page.click("text=Make the role");
  await page.waitForSelector(".roles thead >> text=Bounded");
  quiet();
  const sam = await invited(mara, chrome, program, { name: "Sam Reed", role: "Bounded" });
  await sam.page.goto("/people?sort=name");
  const fits = await rows(sam.page).locator("td[data-m=fit]").allInnerTexts();
  assert.ok(fits.length > 10 && fits.every((fit) => /^Kept\s+from you$/.test(fit.trim())), `${fits}`);
  await fitsTheWindow(sam.page);
  await Promise.all([sam.page.waitForURL(/per_/), rows(sam.page).first().locator("[data-m=name] a").click()]);
  const head = await sam.page.locator("main").innerText();
  assert.match(head, /Fit\s+Kept\s+from you/);
  assert.match(head, /Engagement\s+\d+/, "what is made of nothing hidden is told");
  await fitsTheWindow(sam.page);
  await sam.page.setViewportSize({ width: 390, height: 844 });
  await fitsTheWindow(sam.page);
  sam.quiet();
});
