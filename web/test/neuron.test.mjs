// The page of one neuron: the same for a unit of a recording, a simulated cell and a neuron of a transformer.
import assert from "node:assert/strict";
import { accessible, assertFile, assertRestored, at, eventually, firstPaint, items, open, picture, saved, settled, studio } from "./harness.mjs";

const mlp = "blocks.1.mlp.post";

/** Types into the search, as a person does, and waits for what is offered. */
async function find(page, words) {
  const field = page.getByRole("combobox", { name: /^Find a neuron/ });
  await field.fill(words);
  const offered = page.getByRole("listbox", { name: "Neurons found" });
  await offered.getByRole("option").first().waitFor();
  return { field, offered };
}

studio("a neuron is found by its name", async (page) => {
  await open(page, "/neuron/planted.rec");
  const { field, offered } = await find(page, "B7");
  await offered.getByRole("option").filter({ hasText: "B7" }).first().waitFor();
  await accessible(page);
  await field.press("Enter");
  await eventually(async () => assert.match(await at(page), /^\/neuron\/planted\.rec\/B7/));
  await page.getByRole("heading", { name: "B7", exact: true }).waitFor();
  await settled(page);
  await assertRestored(page, async () => [await at(page), await page.locator("main h2").first().textContent()]);
});

studio("what a name does not fit is said", async (page) => {
  await open(page, "/neuron/planted.rec");
  await page.getByRole("combobox", { name: /^Find a neuron/ }).fill("nosuchneuron");
  await page.getByText("No name, token or feature fits").waitFor();
});

studio("a neuron of a network is found by a token", async (page) => {
  await open(page, "/neuron/letters-profile");
  const { offered } = await find(page, "g");
  const byToken = offered.locator("[role=presentation]", { hasText: "By the token" }).first();
  await byToken.waitFor();
  await byToken.getByRole("option").first().click();
  await eventually(async () => assert.match(await at(page), /^\/neuron\/letters-profile\/blocks\.\d\.mlp\.post\/\d+/));
  await settled(page);
  await page.getByRole("region", { name: "Moments" }).waitFor();
});

studio("units are found by what they are tuned to", async (page) => {
  await open(page, "/neuron/planted.rec");
  const { offered } = await find(page, "speed");
  await offered.getByRole("option", { name: /All units/ }).click();
  await settled(page);
  assert.equal(await at(page), "/neuron/planted.rec?tuned=speed");
  // Group A follows the signal that speed is; the first of the list is one of it.
  const first = page.getByRole("region", { name: "tuned" }).locator("tbody a").first();
  assert.match(await first.textContent(), /^A\d+$/);
  await accessible(page);
});

studio("all units of an item are a table that sorts and is saved", async (page) => {
  await open(page, "/neuron/planted.rec");
  const table = page.getByRole("region", { name: "units", exact: true });
  assert.equal(await table.locator("tbody tr").count(), 60);
  await table.getByRole("button", { name: /^x/ }).click();
  await eventually(async () => assert.match(await at(page), /sort-units=-x/));
  const read = () => table.locator("tbody tr").first().textContent();
  await assertRestored(page, read);
  const csv = await saved(page, () => page.getByRole("link", { name: "CSV", exact: true }).click());
  assertFile(csv);
  assert.equal(csv.bytes.toString().trimEnd().split("\n").length, 61);
  assertFile(await saved(page, () => page.getByRole("link", { name: "Parquet", exact: true }).click()));
  await accessible(page);
});

studio("a unit of a recording: activity, tuning, spikes, partners", async (page) => {
  await open(page, "/neuron/planted.rec/A3");
  await firstPaint(page, "neuron of a recording");
  for (const name of ["Activity of A3", "Tuning to speed"]) await page.getByRole("figure", { name }).locator("svg").first().waitFor();
  for (const region of ["Tuning"]) await page.getByRole("region", { name: region, exact: true }).waitFor();
  await accessible(page);
  await picture(page, "studio neuron of a recording", { fullPage: true });
  const figure = page.getByRole("figure", { name: "Tuning to speed" });
  assertFile(await saved(page, () => figure.getByRole("button", { name: "SVG", exact: true }).click()));
  assertFile(await saved(page, () => figure.getByRole("button", { name: "PNG", exact: true }).click()));
});

studio("previous and next, with keys too, back and forward", async (page) => {
  await open(page, "/neuron/planted.rec/A3");
  const name = () => page.locator(".neuron-head h2").textContent();
  await page.getByRole("link", { name: /^Next/ }).click();
  await settled(page);
  const next = await name();
  assert.notEqual(next, "A3");
  await page.keyboard.press("[");
  await eventually(async () => assert.equal(await name(), "A3"));
  await settled(page); // keys are heard once the page is whole
  await page.keyboard.press("]");
  await eventually(async () => assert.equal(await name(), next));
  await page.goBack();
  await eventually(async () => assert.equal(await name(), "A3"));
  await page.goForward();
  await eventually(async () => assert.equal(await name(), next));
});

studio("a neuron of a transformer: moments by token, and what silencing it does", async (page) => {
  await open(page, `/neuron/letters-profile/${mlp}/17`);
  const moments = page.getByRole("region", { name: "Moments" });
  await moments.waitFor();
  assert.ok((await moments.locator("li").count()) > 0);
  const coloured = await moments.locator(".neuron-tokens [style*=background]").count();
  assert.ok(coloured > 10, `${coloured} tokens have a colour`);
  await accessible(page);
  await picture(page, "studio neuron", { fullPage: true });
  await page.getByRole("button", { name: "Of each level" }).click();
  await eventually(async () => assert.match(await at(page), /moments=quantile/));
  await assertRestored(page, () => moments.locator("li").first().textContent());
});

studio("the same page for a simulated cell", async (page) => {
  await open(page, "/neuron/cells.rec/E/12");
  await page.getByRole("heading", { name: "E/12", exact: true }).waitFor();
  await page.getByRole("figure", { name: "Activity of E/12" }).locator("svg").first().waitFor();
  await accessible(page);
  await picture(page, "studio neuron of a simulation", { fullPage: true });
});

studio("the same page in the dark", { dark: true }, async (page) => {
  await open(page, `/neuron/letters-profile/${mlp}/17`);
  await accessible(page);
});

studio("a unit that does not exist is a message", { refused: /\/api\/neurons\// }, async (page) => {
  await open(page, "/neuron/planted.rec/NOBODY");
  await page.getByRole("alert").first().waitFor();
  await accessible(page);
});

studio("a named neuron of a real worm", async (page) => {
  if (!(await items(page)).some((i) => i.id === "worm.rec")) return; // NISSL_DATA is not set
  await open(page, "/neuron/worm.rec");
  const { field } = await find(page, "AVAL");
  await field.press("Enter");
  await eventually(async () => assert.equal((await at(page)).split("?")[0], "/neuron/worm.rec/AVAL"));
  await settled(page);
  await accessible(page);
  await picture(page, "studio neuron of a worm");
});
