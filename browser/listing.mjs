// What the tests of lists have in common: rows, counts, and the steps by keyboard.

/** The number that a cell or a count shows. */
export const number = (text) => Number(text.replaceAll(",", "").trim());
export const rows = (page) => page.locator("[data-rows] > [data-row]");
export const total = (page) => page.locator("[data-total]").first().innerText().then(number);

/** Waits until the list is the one of an address that says this. */
export async function shows(page, words) {
  await page.waitForURL((url) => decodeURIComponent(url.href.replaceAll("+", " ")).includes(words));
  await page.waitForFunction(() => !document.querySelector("[data-list][aria-busy]"));
}

/** Waits until what a condition asks for the first time is read, and counted. */
export async function ready(page) {
  await page.waitForFunction(() => !document.querySelector("[data-poll]") && document.querySelector("[data-rows], .listwrap .empty"));
  await page.waitForFunction(() => /\d/.test(document.querySelector("[data-total]").textContent));
}

/** Scrolls on until everybody is loaded. */
export async function everybody(page) {
  for (let round = 0; round < 40 && (await page.locator("[data-more]").count()) > 0; round++) {
    await page.locator("[data-more]").scrollIntoViewIfNeeded({ timeout: 1_000 }).catch(() => {});
    await page.waitForTimeout(150);
  }
}

export async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
}

/** Opens what a button opens, by keyboard. */
export async function opens(page, button) {
  await page.locator(button).focus();
  await page.keyboard.press("Enter");
}
