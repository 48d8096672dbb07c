// A person and a company made by hand, by keyboard alone: refusals beside their fields, what was typed kept, and whoever is
// known already changed only when that is asked for.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, open, signIn } from "./harness.mjs";
import { press } from "./listing.mjs";

let program, chrome, view, close;
before(async () => ({ program, chrome, view, close } = await house({ people: 40 })));
after(() => close?.());

/** Fills the form in, field after field by Tab, and sends it. */
async function say(page, ...values) {
  for (const value of values) {
    await page.keyboard.press("ControlOrMeta+a");
    if (value) await page.keyboard.type(value);
    else await page.keyboard.press("Delete");
    await page.keyboard.press("Tab");
  }
  await page.locator("[data-make] .btn--primary").focus();
}
const sent = (page) => page.waitForResponse((answer) => answer.request().method() === "POST" && /\/new$/.test(answer.url()));
const first = (page) => page.locator("[data-make] input").first();

test("N on the list of people makes one, and each refusal stands at its field", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  assert.equal(await page.getByRole("link", { name: "New person" }).first().innerText(), "Person");
  await Promise.all([page.waitForURL(/\/people\/new$/), press(page, "n")]);
  assert.ok(await first(page).evaluate((field) => field === document.activeElement), "one types at once");
  await fitsTheWindow(page);

  // The browser itself lets an address pass that we do not take.
  await say(page, "una@quay", "Una Quay", "12");
  await Promise.all([sent(page), page.keyboard.press("Enter")]);
  await page.waitForSelector("#email-wrong");
  assert.match(await page.locator("#email-wrong").innerText(), /is not an e-mail address/);
  assert.match(await page.locator("#phone-wrong").innerText(), /is not a phone number/);
  assert.equal(await page.locator("[name=name]").inputValue(), "Una Quay", "what was typed is kept");
  assert.equal(await page.locator("[name=email]").getAttribute("aria-describedby"), "email-wrong");

  await first(page).focus();
  await say(page, "una@quay.example", "Una Quay", "", "Harbour master", "quay.example");
  await Promise.all([page.waitForURL(/\/people\/per_/), page.keyboard.press("Enter")]);
  assert.equal(await page.locator("h1").innerText(), "Una Quay");
  const told = JSON.parse(await program.run("person", "una@quay.example", "--json"));
  const title = told.facts.find((fact) => fact.key === "person.title");
  assert.deepEqual([title.value, title.source], ["Harbour master", "edit"]);
  assert.ok(told.company_facts.some((fact) => fact.value === "quay.example"), JSON.stringify(told.company_facts));
  quiet();
});

test("whoever is known already is led to, with what would be new, and nothing is changed until that is asked for", async () => {
  const { page, quiet } = view;
  const title = async () => JSON.parse(await program.run("person", "una@quay.example", "--json")).facts.find((fact) => fact.key === "person.title").value;
  await page.goto("/people/new");
  await first(page).focus();
  await say(page, "una@quay.example", "", "", "Pilot");
  await Promise.all([sent(page), page.keyboard.press("Enter")]);
  await page.waitForSelector("[data-known]");
  assert.match(await page.locator("[data-known]").innerText(), /Una Quay is known already, and nothing was changed\.[\s\S]*Title: Pilot, until now Harbour master/);
  assert.equal(await title(), "Harbour master");
  // Enter in a field sends the form again, and still changes nothing.
  await page.locator("[name=title]").last().focus();
  await Promise.all([sent(page), page.keyboard.press("Enter")]);
  await page.waitForSelector("[data-known]");
  assert.equal(await title(), "Harbour master");
  await page.locator("[data-known] a").focus();
  await Promise.all([page.waitForURL(/\/people\/per_/), page.keyboard.press("Enter")]);
  await page.goto("/people/new");
  await first(page).focus();
  await say(page, "una@quay.example", "", "", "Pilot");
  await Promise.all([sent(page), page.keyboard.press("Enter")]);
  await page.locator("[data-known] button").focus();
  await Promise.all([page.waitForURL(/\/people\/per_/), page.keyboard.press("Enter")]);
  assert.equal(await title(), "Pilot");
  quiet();
});

test("the palette makes a company from any page, also without script", async () => {
  const { page, quiet } = view;
  await page.goto("/funnel");
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("new company");
  await page.waitForSelector("#palette-list[data-for='new company']");
  // Whoever is found by these words stands before what can be done.
  const chosen = () => page.locator("#palette [aria-selected=true]").getAttribute("href");
  for (let step = 0; step < 40 && (await chosen()) !== "/companies/new"; step++) await page.keyboard.press("ArrowDown");
  await Promise.all([page.waitForURL(/\/companies\/new$/), page.keyboard.press("Enter")]);
  await first(page).focus();
  await say(page, "Quay Works", "quay-works.example", "ports", "nl", "1,240");
  await Promise.all([page.waitForURL(/\/companies\/cmp_/), page.keyboard.press("Enter")]);
  assert.equal(await page.locator("h1").innerText(), "Quay Works");
  await page.goto("/companies");
  await Promise.all([page.waitForURL(/\/companies\/new$/), press(page, "n")]);
  quiet();

  const plain = await open(chrome, program.address, { javaScriptEnabled: false });
  await signIn(plain.page);
  await plain.page.goto("/companies");
  await plain.page.getByRole("link", { name: "New company" }).click();
  await plain.page.locator("[name=name]").fill("Quay Works");
  await plain.page.locator("[name=employees]").fill("900");
  await plain.page.locator("[data-make] .btn--primary").click();
  assert.match(await plain.page.locator("[data-known]").innerText(), /Quay Works is known already[\s\S]*People: 900, until now 1,?240/);
  await plain.page.locator("[data-known] button").click();
  await plain.page.waitForURL(/\/companies\/cmp_/);
});
