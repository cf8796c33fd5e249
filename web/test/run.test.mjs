// A method as a form made from its parameters, its run, and what came of it.
import assert from "node:assert/strict";
import { accessible, assertRestored, at, eventually, firstPaint, open, origin, picture, settled, studio } from "./harness.mjs";

const command = (page) => page.getByRole("region", { name: "The same in a terminal" });
const state = (page) => page.locator(".run-state strong").first();

studio("every method is listed and opens as a form", async (page) => {
  await open(page, "/run");
  await firstPaint(page, "methods");
  const links = await page.locator(".run-methods h3 a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  const verbs = await (await page.request.get(origin + "/api/methods")).json();
  assert.equal(links.length, verbs.flatMap((v) => v.methods).length);
  await accessible(page);
  await picture(page, "studio methods");
  for (const link of links) {
    await page.locator(`.run-methods a[href="${link}"]`).click();
    await page.getByRole("form").waitFor();
    await settled(page);
    await page.goBack();
    await page.locator(".run-methods").first().waitFor();
  }
  await page.getByRole("searchbox").fill("null correlation");
  await eventually(async () => assert.ok((await page.locator(".run-methods h3 a").count()) < links.length));
});

studio("the form says the command, and what is wrong with it", async (page) => {
  await open(page, "/run/correlation?input=planted.rec");
  await eventually(async () => assert.match(await command(page).textContent(), /^nissl map correlation \S*planted\.rec/));
  await page.getByRole("textbox", { name: /^seed/i }).or(page.getByLabel(/^seed/i)).first().fill("7");
  await eventually(async () => assert.match(await command(page).textContent(), /--seed 7/));
  await accessible(page);
  await picture(page, "studio run form");
  await assertRestored(page, async () => {
    await settled(page);
    return eventually(async () => {
      const text = await command(page).textContent();
      assert.match(text, /--seed 7/);
      return text;
    });
  });
  await page.getByLabel(/^seed/i).first().fill("not a number");
  await eventually(async () => assert.ok(await page.getByRole("button", { name: "Run", exact: true }).isDisabled()));
  await accessible(page);
});

studio("a run is started and its finding opened", async (page) => {
  await open(page, "/run/correlation?input=planted.rec");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await eventually(async () => assert.match(await at(page), /^\/runs\//));
  await eventually(async () => assert.equal(await state(page).textContent(), "done"), 60_000);
  await accessible(page);
  await picture(page, "studio run");
  await page.getByRole("link", { name: "Open the finding" }).click();
  await eventually(async () => assert.match(await at(page), /^\/finding\//));
  await settled(page);
  assert.equal(await page.getByRole("heading", { name: /There is no such page|is not open/ }).count(), 0);
});

studio("a long run is cancelled", async (page) => {
  await open(page, "/run/dynamic-connectome?input=planted.rec&p.surrogates=5000&p.null-fits=5000&p.restarts=500");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await eventually(async () => assert.match(await at(page), /^\/runs\//));
  await eventually(async () => assert.equal(await state(page).textContent(), "running"));
  await page.getByRole("progressbar").waitFor();
  await accessible(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  await eventually(async () => assert.equal(await state(page).textContent(), "stopped"), 60_000);
  await page.goto(origin + "/runs");
  await eventually(async () => assert.match(await page.locator(".run-list").textContent(), /stopped/));
  await accessible(page);
});

studio("a run is started with the keyboard alone", { dark: true }, async (page) => {
  await open(page, "/run/correlation?input=brain.rec");
  await eventually(async () => assert.match(await command(page).textContent(), /brain\.rec/));
  await page.keyboard.press("Tab");
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => document.activeElement.tagName + " " + document.activeElement.textContent.trim());
    if (here === "BUTTON Run") break;
  }
  await accessible(page);
  await page.keyboard.press("Enter");
  await eventually(async () => assert.match(await at(page), /^\/runs\//));
  await eventually(async () => assert.match(await state(page).textContent(), /done/), 60_000);
});
