// Two recordings, findings or networks side by side.
import assert from "node:assert/strict";
import { accessible, assertFile, assertRestored, at, eventually, firstPaint, open, picture, saved, settled, studio } from "./harness.mjs";

const says = (page) => page.locator(".compare-says").textContent();
const choice = (page, name) => page.getByRole("combobox", { name });

studio("two recordings are chosen and their neurons matched", async (page) => {
  await open(page, "/compare");
  await firstPaint(page, "compare");
  await accessible(page);
  await choice(page, /^A\b/).selectOption("planted.rec");
  await choice(page, /^B\b/).selectOption("planted-again.rec");
  await eventually(async () => assert.match(await at(page), /a=planted\.rec&b=planted-again\.rec/));
  await settled(page);
  const byName = await says(page);
  assert.match(byName, /60/);
  await accessible(page);
  await picture(page, "studio compare", { fullPage: true });
  const figure = page.getByRole("figure", { name: "Activity in the matched order" });
  assertFile(await saved(page, () => figure.getByRole("button", { name: "SVG", exact: true }).click()));
  await choice(page, /^Match neurons by/).selectOption("position");
  await eventually(async () => assert.notEqual(await says(page), byName));
  await assertRestored(page, () => says(page));
  await page.getByRole("region", { name: "pairs", exact: true }).getByRole("link").first().click();
  await eventually(async () => assert.match(await at(page), /^\/neuron\/planted/));
  await page.goBack();
  await eventually(async () => assert.match(await at(page), /^\/compare\?/));
});

studio("two findings, and two networks, in the dark", { dark: true }, async (page) => {
  for (const [a, b] of [
    ["planted-connectome", "brain-connectome"],
    ["letters", "letters-again"],
  ]) {
    await open(page, `/compare?a=${a}&b=${b}`);
    await page.locator(".compare-says").waitFor();
    await accessible(page);
  }
});

studio("two of different kinds are said not to match", async (page) => {
  await open(page, "/compare?a=planted.rec&b=letters");
  await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
  await accessible(page);
});
