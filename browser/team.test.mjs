// The team's page: teams, roles and territories made and given by forms, and what a user of a role is offered.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { house } from "./harness.mjs";

let program, mara, close;

before(async () => ({ program, view: mara, close } = await house()));

after(() => close?.());

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
