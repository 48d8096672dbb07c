// Single sign-on against a real provider, which runs beside: the npm package oidc-provider.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import Provider from "oidc-provider";
import { browser, open, owner, setUp, start } from "./harness.mjs";

const CLIENT = { client_id: "sluice", client_secret: "a secret of forty letters, more or less" };
/** Whom the provider knows, and whether it has verified their address. */
const accounts = {
  mara: { name: "Mara Lindqvist", email: owner.email.toUpperCase(), email_verified: true },
  ines: { name: "Inês Duarte", email: "ines@new.example", email_verified: true },
  eve: { name: "Eve", email: owner.email, email_verified: false },
  tom: { name: "Tom", email: "tom@elsewhere.example", email_verified: true },
};

let program, chrome, provider, issuer;
before(async () => {
  const free = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => free.once("listening", done));
  const { port } = free.address();
  await new Promise((done) => free.close(done));
  issuer = `http://127.0.0.1:${port}`;
  program = await start({
    SLUICE_OIDC_ISSUER: issuer,
    SLUICE_OIDC_NAME: "Northgate",
    SLUICE_OIDC_CLIENT_ID: CLIENT.client_id,
    SLUICE_OIDC_CLIENT_SECRET: CLIENT.client_secret,
    SLUICE_OIDC_DOMAINS: "new.example",
    SLUICE_OIDC_NEAR: "true",
  });
  const oidc = new Provider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: [`${program.address}/sign-in/provider/back`] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
  });
  provider = oidc.listen(port, "127.0.0.1");
  chrome = await browser();
  const { page, context } = await open(chrome, program.address);
  await setUp(page);
  await context.close();
});
after(async () => {
  await chrome?.close();
  await program?.stop();
  provider?.closeAllConnections();
  await new Promise((done) => provider?.close(done));
});

/** Goes to the provider and signs in there as somebody; comes back to wherever that leads. */
async function goAs(page, who, from = "/sign-in") {
  await page.goto(from);
  await page.click("text=Continue with Northgate");
  await page.fill("[name=login]", who);
  await page.fill("[name=password]", "any");
  await page.click("button[type=submit]");
  await page.click("button[type=submit]"); // what the provider may tell
  await page.waitForURL((url) => url.origin === program.address);
}

test("who has a verified address of a user comes in as that user, to where they wanted", async () => {
  const { page, context } = await open(chrome, program.address);
  await goAs(page, "mara", "/sign-in?next=/funnel");
  assert.equal(new URL(page.url()).pathname, "/funnel");
  await page.goto("/me");
  assert.match(await page.locator("main header").innerText(), new RegExp(owner.email));
  assert.match(await page.locator("#sessions tr", { hasText: "this one" }).innerText(), /single sign-on/);
  await context.close();
});

test("an address that the provider has not verified opens nobody's account", async () => {
  const { page, context } = await open(chrome, program.address);
  await goAs(page, "eve");
  assert.ok(await page.getByText("this workspace does not").isVisible());
  await page.goto("/people");
  assert.match(page.url(), /\/sign-in/);
  await context.close();
});

test("who comes from a domain that is let in becomes a user, once; others do not", async () => {
  for (const round of [1, 2]) {
    const { page, context } = await open(chrome, program.address);
    await goAs(page, "ines");
    await page.goto("/me");
    assert.match(await page.locator("main header").innerText(), /Inês Duarte\s+ines@new.example, member/, `${round}`);
    await context.close();
  }
  const { page, context } = await open(chrome, program.address);
  await goAs(page, "tom");
  assert.ok(await page.getByText("Ask one of its members").isVisible());
  await context.close();
});

test("a way back that no browser was sent on opens nothing", async () => {
  const { page, context } = await open(chrome, program.address);
  await page.goto("/sign-in/provider/back?code=stolen&state=guessed");
  await page.getByText("belongs to another browser").waitFor();
  await page.goto("/people");
  assert.match(page.url(), /\/sign-in/);
  await context.close();
});
