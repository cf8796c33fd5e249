// A network and a simulation that are played with: a dose is dragged, and the output is seen to change.
import assert from "node:assert/strict";
import { accessible, assertFile, assertRestored, at, boxOf, drag, eventually, firstPaint, frames, items, open, picture, saved, settled, studio } from "./harness.mjs";

const neuron = "blocks.1.mlp.post/17";
const live = `/live/letters?input=the+cat+sat+on&unit=${neuron}`;
const says = (page) => page.locator(".live-says").textContent();
const command = (page) => page.locator(".live-command pre");

studio("a dose is dragged, and the answer of a network changes", async (page) => {
  await open(page, live);
  await firstPaint(page, "live network");
  const tokens = page.getByRole("group", { name: /^Tokens/ }).getByRole("button");
  assert.equal(await tokens.count(), "the cat sat on".length, "the network reads letters");
  const before = await says(page);
  await page.getByRole("button", { name: `Intervene on ${neuron}` }).click();
  const dose = page.getByRole("slider", { name: "Dose of intervention 1" });
  await dose.waitFor();
  await eventually(async () => assert.match(await says(page), /→.*moves by/));
  const silenced = await says(page);
  assert.notEqual(silenced, before);
  const { x, y, width, height } = await boxOf(dose);
  await frames(page, "live, dragging a dose", () => drag(page, { x: x + 12, y: y + height / 2 }, { x: x + width * 0.9, y: y + height / 2 }, 30));
  await eventually(async () => assert.notEqual(await says(page), silenced));
  assert.ok(Number(await dose.inputValue()) > 0);
  await eventually(async () => assert.match(await at(page), /do=/));
  await settled(page);
  await accessible(page);
  await picture(page, "studio live");
  await eventually(async () => assert.match(await command(page).textContent(), /--do '?scale\(blocks\.1\.mlp\.post\/17/));
  await assertRestored(page, async () => {
    await eventually(async () => assert.match(await says(page), /moves by/));
    return [await says(page), await dose.inputValue()];
  });
  await page.getByRole("button", { name: "Take away intervention 1" }).click();
  await eventually(async () => assert.equal(await says(page), before));
});

studio("a text is typed and coloured by any neuron", async (page) => {
  await open(page, live);
  await page.getByLabel("Text that the network reads").fill("a dog");
  const tokens = page.getByRole("group", { name: /^Tokens/ }).getByRole("button");
  await eventually(async () => assert.equal(await tokens.count(), 5));
  const colours = () => tokens.evaluateAll((all) => all.map((t) => t.style.background).join());
  const before = await colours();
  await page.getByRole("button", { name: "Next neuron" }).click();
  await eventually(async () => assert.notEqual(await colours(), before));
  await tokens.first().focus();
  await page.keyboard.press("End");
  await eventually(async () => assert.match(await at(page), /token=4/));
  const figure = page.getByRole("figure", { name: "What comes next" });
  assertFile(await saved(page, () => figure.getByRole("button", { name: "SVG", exact: true }).click()));
});

studio("what a network is, and a mistake in an intervention", { refused: /\/api\/live\// }, async (page) => {
  await open(page, "/network/letters");
  await page.getByRole("region", { name: "sites", exact: true }).waitFor();
  await accessible(page);
  await open(page, `${live}&do=scale(no.such.site/3,1)`);
  await page.getByRole("alert").first().waitFor();
});

studio("a simulation runs, and answers a dose", async (page) => {
  await open(page, "/live/cells.toml?do=add(E/0-79,0)");
  await page.getByRole("group", { name: "Run" }).waitFor();
  await firstPaint(page, "simulation");
  await page.getByRole("button", { name: "With and without" }).click();
  const time = page.locator(".simulation-now");
  await page.getByLabel("Speed").selectOption("0.5");
  const playing = page.getByRole("button", { name: "Start", exact: true });
  if (await playing.count()) await playing.click();
  await eventually(async () => assert.ok(parseFloat(await time.textContent()) > 0.2, await time.textContent()));
  const dose = page.getByRole("slider", { name: /^Dose of add at E/ });
  const { x, y, width, height } = await boxOf(dose);
  await frames(page, "simulation, dragging a dose", () => drag(page, { x: x + width / 2, y: y + height / 2 }, { x: x + width * 0.95, y: y + height / 2 }, 40));
  assert.ok(Number(await dose.inputValue()) > 0);
  await eventually(async () => assert.match(await at(page), /do=add\(E/));
  await eventually(async () => assert.match(await page.getByRole("region", { name: "The same as a command" }).textContent(), /--do '?add\(E/));
  await page.getByRole("region", { name: "With and without" }).waitFor();
  await page.waitForTimeout(1000);
  await page.evaluate(() => scrollTo(0, 0));
  await picture(page, "studio simulation");
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await accessible(page);
  const rasters = page.getByRole("group", { name: "Save the rasters" });
  assertFile(await saved(page, () => rasters.getByRole("button", { name: "SVG", exact: true }).click()));
  await page.getByRole("button", { name: "Reset" }).click();
  await eventually(async () => assert.ok(parseFloat(await time.textContent()) < 0.05));
});

studio("a network and a simulation in the dark", { dark: true }, async (page) => {
  await open(page, live);
  await accessible(page);
  await open(page, "/live/cells.toml");
  await page.getByRole("group", { name: "Run" }).waitFor();
  await accessible(page);
});

studio("a real language model", async (page) => {
  if (!(await items(page)).some((i) => i.id === "stories260K.bin")) return; // NISSL_DATA is not set
  await open(page, "/live/stories260K.bin?input=Once+upon+a+time+there+was+a+little+girl&unit=blocks.3.mlp.post/17&do=add(blocks.3.mlp.post/17,4)");
  await eventually(async () => assert.match(await says(page), /moves by/));
  await settled(page);
  await picture(page, "studio live language model");
});
