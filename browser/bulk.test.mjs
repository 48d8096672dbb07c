// What is kept by a name, and what is done to many at once: views, segments, lists and changes, by keyboard alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, open } from "./harness.mjs";
import { number, opens, press, rows } from "./listing.mjs";

const PEOPLE = 300;
let program, chrome, view, close;
before(async () => ({ program, chrome, view, close } = await house({ people: PEOPLE })));
after(() => close?.());

test("a view is saved, shows what it showed, and can be what the list begins with", async () => {
  const { page, quiet } = view;
  await page.goto("/people?stage=prospect&sort=fit&cols=co,fit,owner");
  await opens(page, "[popovertarget=save]");
  await page.waitForSelector("#save [name=name]:focus");
  await page.keyboard.type("Prospects by fit");
  await Promise.all([page.waitForURL(/view=viw_/), page.keyboard.press("Enter")]);
  const tab = page.locator(".tabs [aria-current=page]");
  assert.equal((await tab.innerText()).trim(), "Prospects by fit");
  const heads = await page.locator("thead th[data-m]").evaluateAll((all) => all.map((head) => head.dataset.m));
  assert.deepEqual(heads, ["check", "name", "co", "fit", "owner"]);
  assert.equal(await page.locator("th[data-m=fit]").getAttribute("aria-sort"), "descending");

  await opens(page, "[popovertarget=save]");
  await page.getByRole("button", { name: "Begin with this view" }).focus();
  // The address stays the same, so that only the page's load says that it is there.
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  await page.goto("/people");
  assert.match(page.url(), /view=viw_/);
  await Promise.all([page.waitForURL(/view=all/), page.getByRole("link", { name: /^Everyone/ }).press("Enter")]);
  assert.equal(number(await page.locator("[data-total]").innerText()), PEOPLE);

  // What is changed is not the view's until it is saved.
  await page.goto("/people");
  await page.keyboard.press("f");
  await page.waitForSelector("[data-filterbar] [data-cond] input:focus");
  await page.keyboard.type("score.fit");
  await press(page, "Tab", "Tab");
  await page.keyboard.type("80");
  await page.keyboard.press("Enter");
  await page.waitForURL(/changed=1/);
  const shown = await rows(page).locator(".stage").count();
  assert.equal(shown, 0, "the columns of the view stayed");
  await opens(page, "[popovertarget=save]");
  assert.match(await page.locator("#save").innerText(), /Prospects by fit, changed/);
  await page.getByRole("button", { name: "Remove it" }).focus();
  await Promise.all([page.waitForURL(/view=all/), page.keyboard.press("Enter")]);
  await page.goto("/people");
  assert.ok(!page.url().includes("view"));
  quiet();
});

test("a condition becomes a segment with a page of its own, which freezes into a list", async () => {
  const { page, quiet } = view;
  await page.goto(`/people?where=${encodeURIComponent('temperature == "warm" && score.fit >= 60')}`);
  const count = number(await page.locator("[data-total]").innerText());
  assert.ok(count > 3);
  await opens(page, "[popovertarget=save]");
  await page.waitForSelector("#save [name=name]:focus");
  await page.keyboard.type("Warm and fitting");
  await page.getByRole("button", { name: "Save as a segment" }).focus();
  await Promise.all([page.waitForURL(/\/segments\/seg_/), page.keyboard.press("Enter")]);
  assert.equal(await page.locator("h1").innerText(), "Warm and fitting");
  assert.equal(number(await page.locator("[data-total]").innerText()), count);
  assert.match(await page.locator(".head p").innerText(), /temperature is warm and fit is at least 60/);
  await fitsTheWindow(page);

  await opens(page, "[popovertarget=scope-menu]");
  await page.getByRole("button", { name: "Make the list" }).focus();
  await Promise.all([page.waitForURL(/\/changes\/chg_/), page.keyboard.press("Enter")]);
  await page.waitForFunction((n) => document.querySelector(".balance")?.textContent.includes(`${n} in = ${n} + 0 + 0`) && !document.querySelector("[data-poll]"), String(count));
  await page.goto("/segments");
  assert.match(await page.locator("main").innerText(), new RegExp(`Warm and fitting[\\s\\S]*${count}[\\s\\S]*Lists[\\s\\S]*Warm and fitting\\s+${count}`));
  await page.locator("a[href^='/lists/lst_']").focus();
  await Promise.all([page.waitForURL(/\/lists\/lst_/), page.keyboard.press("Enter")]);
  assert.equal(number(await page.locator("[data-total]").innerText()), count);
  quiet();
});

test("those selected get an owner, and it is said what came of it", async () => {
  const { page, quiet } = view;
  await page.goto("/people?sort=name");
  await press(page, "j", "x", "j", "j", "Shift+X");
  assert.match(await page.locator("[data-bulk]").innerText(), /3 selected/);
  await opens(page, "[data-bulk] [popovertarget=bulk-owner]");
  // The same may look after them as on their record: of the demo's users, too, none of whom has signed in.
  const offered = await page.locator("#bulk-owner option").allInnerTexts();
  const record = await rows(page).first().locator("[data-m=name] a").getAttribute("href");
  const other = await page.context().newPage();
  await other.goto(record);
  const onRecord = await other.locator("#assign button[name=owner]").evaluateAll((all) => all.map((one) => one.lastChild.textContent.trim()));
  await other.close();
  assert.ok(offered.length > 2, `${offered}`);
  assert.deepEqual(offered.slice(1).sort(), onRecord.filter((name) => !/^Nobody|No one/.test(name)).sort());
  await page.locator("#bulk-owner [name=user]").selectOption({ label: "Mara Lindqvist" });
  await page.getByRole("button", { name: "Set the owner" }).focus();
  await Promise.all([page.waitForURL(/told=chg_/), page.keyboard.press("Enter")]);
  assert.match(await page.locator(".told").innerText(), /3 in = \d changed \+ \d unchanged \+ 0 rejected/);
  const owners = await rows(page).locator("[data-m=owner] [title]").evaluateAll((all) => all.slice(0, 3).map((one) => one.title));
  assert.deepEqual(owners, ["Mara Lindqvist", "Mara Lindqvist", "Mara Lindqvist"]);
  quiet();
});

test("all that match get a fact, as a job whose counts add up", async () => {
  const { page, quiet } = view;
  await page.goto("/people?stage=lead");
  const leads = number(await page.locator("[data-total]").innerText());
  assert.ok(leads > 50);
  await page.locator("[data-check-all]").focus();
  await page.keyboard.press("Space");
  assert.match(await page.locator("[data-bulk]").innerText(), /50 selected/);
  await opens(page, "[data-choose-all]");
  assert.match(await page.locator("[data-bulk]").innerText(), new RegExp(`All ${leads} selected`));
  await opens(page, "[data-bulk] [popovertarget=bulk-fact]");
  await page.waitForSelector("#bulk-fact [name=key]:focus");
  await page.keyboard.type("person.custom.plan");
  await page.keyboard.press("Tab");
  await page.keyboard.type("trial");
  await Promise.all([page.waitForURL(/\/changes\/chg_/), page.keyboard.press("Enter")]);
  await page.waitForFunction((n) => document.querySelector(".balance")?.textContent.includes(`${n} in = ${n} + 0 + 0`) && !document.querySelector("[data-poll]"), String(leads));
  const found = JSON.parse(await program.run("people", "--where", 'person.custom.plan == "trial"', "--json", "--limit", "1"));
  assert.equal(found.count, leads);
  quiet();
});

test("at 390 the lists, their forms and their pages fit the window", async () => {
  const { page, quiet, context } = await open(chrome, program.address, { viewport: { width: 390, height: 844 } });
  await context.addCookies(await view.context.cookies());
  for (const path of ["/people", "/segments", `/people?where=${encodeURIComponent("score.fit >= 60 && stage == \"lead\"")}`]) {
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
