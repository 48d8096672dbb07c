// The kinds of the funnel: how many there are, what they cost, and the list of each.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, open, setUp, start } from "./harness.mjs";

let program, chrome;
before(async () => {
  program = await start();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await program?.stop();
});

test("each kind says how many it is and what it cost, and leads to its people", async () => {
  const { page, context } = await open(chrome, program.address);
  await setUp(page);
  await program.run("demo", "--people", "120");
  await page.goto("/funnel");
  await page.click("text=How many are which kind");
  await page.waitForURL(/\/kinds$/);
  const rows = page.locator("#kinds tbody tr");
  const counts = (await rows.locator("td:nth-child(3)").allTextContents()).map(Number);
  const all = Number(await page.locator("#kinds tfoot td:nth-child(3)").textContent());
  assert.equal(counts.reduce((sum, count) => sum + count, 0), all);
  assert.equal(all, 120);
  const bought = rows.filter({ hasText: "MSRL" }).first();
  assert.match(await bought.textContent(), /EUR \d/);
  const few = Number(await bought.locator("td:nth-child(3)").textContent());
  await bought.locator("a").click();
  await page.waitForURL(/where=/);
  await page.waitForFunction((count) => document.querySelectorAll("[data-row]").length === count, few);
  await context.close();
});
