// How long a key takes to be seen on the list of people, as browsers measure it (event timing, W3C): from the key to the
// next paint, the longest of one interaction. Of a server that runs: `cargo xtask bench doors --browser` asks it.
// Usage: node browser/interaction.mjs --address http://127.0.0.1:8080 --email E --password P [--rounds 20]

import { parseArgs } from "node:util";
import { browser, open } from "./harness.mjs";

const { values: asked } = parseArgs({
  options: {
    address: { type: "string" },
    email: { type: "string" },
    password: { type: "string" },
    rounds: { type: "string", default: "20" },
  },
});
const rounds = Number(asked.rounds);

/** The shortest event that the browser tells of, in milliseconds; what is shorter is told as this. */
const TOLD_MS_MIN = 16;

const chrome = await browser();
const { page } = await open(chrome, asked.address);
await page.addInitScript((least) => {
  window.interactions = new Map();
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.interactionId === 0) continue;
      const longest = Math.max(window.interactions.get(entry.interactionId) ?? 0, entry.duration);
      window.interactions.set(entry.interactionId, longest);
    }
  }).observe({ type: "event", durationThreshold: least, buffered: true });
}, TOLD_MS_MIN);

await page.goto("/sign-in");
await page.fill("[name=email]", asked.email);
await page.fill("[name=password]", asked.password);
await page.keyboard.press("Enter");
await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));

/** What is pressed, and what must be there before it is pressed again. */
const actions = {
  J: async () => page.keyboard.press("j"),
  X: async () => page.keyboard.press("x"),
  "shift X": async () => {
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+X");
  },
  F: async () => {
    await page.keyboard.press("f");
    await page.waitForSelector("[data-filterbar] [data-cond] input:focus");
    await page.keyboard.type("score.fit");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.type("60");
    await page.keyboard.press("Enter");
    await page.waitForURL(/where=/);
  },
};

const figures = {};
for (const [name, act] of Object.entries(actions)) {
  const durations = [];
  for (let round = 0; round < (name === "F" ? Math.min(rounds, 5) : rounds); round++) {
    if (round === 0 || name === "F") {
      await page.goto("/people?sort=engagement");
      await page.waitForSelector("[data-rows] > [data-row]");
    }
    await page.evaluate(() => window.interactions.clear());
    await act();
    // The frame that shows it, and the one in which the browser tells of it.
    await page.evaluate(() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen))));
    await page.waitForTimeout(60);
    const told = await page.evaluate(() => [...window.interactions.values()]);
    durations.push(Math.max(TOLD_MS_MIN, ...told));
  }
  durations.sort((a, b) => a - b);
  const at = (share) => durations[Math.min(durations.length - 1, Math.floor(durations.length * share))];
  figures[name] = { median_ms: at(0.5), worst_ms: durations.at(-1), rounds: durations.length };
}
await chrome.close();
process.stdout.write(`${JSON.stringify(figures)}\n`);
