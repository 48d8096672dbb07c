// The reference of the API: found by keyboard, read on a phone, and tried as oneself and with a token.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, open, owner } from "./harness.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let program, chrome, view, close;
before(async () => ({ program, chrome, view, close } = await house()));
after(() => close?.());

test("a call is found by keyboard, and its page says what it takes and gives", async () => {
  const { page, quiet } = view;
  await page.goto("/api");
  await page.keyboard.press("/");
  await page.keyboard.type("post people batch");
  await page.waitForFunction(() => document.querySelector("[data-call-count]").textContent.startsWith("1 of "));
  await page.keyboard.press("Enter");
  await page.waitForURL(/call=tellPeople/);
  assert.match(await page.locator("h1").innerText(), /up to 1,000 people/);
  assert.equal(await page.locator("a[data-call][aria-current]").count(), 1);
  await page.getByRole("link", { name: "Told", exact: true }).first().click();
  await page.waitForURL(/shape=Told/);
  assert.match(await page.locator("main").innerText(), /tellCompanies|\/companies\/batch/);
  await page.keyboard.press("/");
  await page.keyboard.press("ArrowDown");
  assert.ok(await page.locator("a[data-call]").first().evaluate((link) => link === document.activeElement));
  await page.keyboard.press("ArrowUp");
  assert.ok(await page.locator("[data-call-search]").evaluate((field) => field === document.activeElement));
  quiet();
});

test("a call is made as whoever is signed in, and shows how it was answered", async () => {
  const { page, quiet } = view;
  await page.goto("/api?call=tellPerson");
  await page.locator("textarea[name=body]").fill('{"email":"ann@north.example","name":"Ann North"}');
  await page.locator("textarea[name=body]").press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-try-answer]:not([hidden])");
  assert.match(await page.locator("[data-try-status]").innerText(), /^201 in /);
  assert.match(await page.locator("[data-try-body]").innerText(), /"status": "created"/);
  assert.match(await page.locator("[data-try-headers]").innerText(), /location/);
  assert.match(await page.locator("[data-curl]").innerText(), /ann@north\.example/);
  await page.goto("/api?call=getPerson");
  await page.locator("[name='path:person']").fill("nobody@north.example");
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForSelector("[data-try-answer]:not([hidden])");
  assert.match(await page.locator("[data-try-status]").innerText(), /^404 in /);
  assert.match(await page.locator("[data-try-body]").innerText(), /"code": "missing"/);
  await page.goto("/api?call=exportPeople");
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForSelector("[data-try-answer]:not([hidden])");
  assert.match(await page.locator("[data-try-body]").innerText(), /Ann North/, "a file is shown as it is");
  quiet();
});

test("a call is made with a token that is pasted, and by strangers with nothing else", async () => {
  const { token } = JSON.parse(await program.run("token", "create", "--user", owner.email, "--name", "try", "--json"));
  const { page, quiet, context } = await open(chrome, program.address);
  await page.goto("/api?call=listPeople");
  assert.equal(await page.locator("[name=as] option").count(), 1, "a stranger has no session");
  await page.locator("[name=token]").fill(token);
  await page.locator("[name='query:where']").fill("known(person.email)");
  await page.locator("[name='query:count']").fill("true");
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForSelector("[data-try-answer]:not([hidden])");
  assert.match(await page.locator("[data-try-body]").innerText(), /"count": 1/);
  assert.ok(!(await page.locator("[data-curl]").innerText()).includes(token), "a token stays where it was typed");
  await page.locator("[name=token]").fill("slu_nothing");
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForFunction(() => document.querySelector("[data-try-status]").textContent.startsWith("401"));
  quiet();
  await context.close();
});

test("the reference fits a phone, reads without script, and passes axe in light and dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, quiet, context } = await open(chrome, program.address, { colorScheme, viewport: { width: 390, height: 844 } });
    for (const at of ["/api", "/api?call=listPeople", "/api?call=movePerson", "/api?shape=WhyNot"]) {
      await page.goto(at);
      await fitsTheWindow(page);
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
        return violations
          .filter((one) => ["serious", "critical"].includes(one.impact))
          .map((one) => `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
      });
      assert.deepEqual(found, [], at);
    }
    quiet();
    await context.close();
  }
  const { page, context } = await open(chrome, program.address, { javaScriptEnabled: false });
  await page.goto("/api?call=tellPerson");
  assert.match(await page.locator("[data-curl]").innerText(), /^curl -X POST/);
  await context.close();
});
