// A recording: heat map, traces and raster, zoomed, moved, ordered, saved.
import assert from "node:assert/strict";
import { accessible, assertFile, assertRestored, at, boxOf, drag, eventually, firstPaint, frames, items, open, picture, saved, settled, studio } from "./harness.mjs";

const plot = (page) => page.getByRole("application");
const window_ = (page) => page.locator("#recording-window").textContent();
const painted = (page) => page.waitForFunction(() => performance.getEntriesByName("studio:painted").length > 0);

studio("a recording is painted, and says how soon", async (page) => {
  await open(page, "/recording/planted.rec");
  await painted(page);
  await firstPaint(page, "recording", "studio:painted");
  await settled(page);
  await accessible(page);
  await picture(page, "studio recording");
  for (const mode of ["Traces", "Raster", "Heat map"]) {
    await page.getByRole("button", { name: mode, exact: true }).click();
    await settled(page);
    await eventually(async () => assert.ok((await plot(page).screenshot()).length > 8_000, `${mode} is drawn`));
    if (mode !== "Heat map") await picture(page, `studio recording as ${mode}`);
  }
});

studio("dragging pans, the wheel zooms, and the address keeps it", async (page) => {
  await open(page, "/recording/planted.rec");
  await painted(page);
  const { middle } = await boxOf(plot(page));
  const all = await window_(page);
  await page.mouse.move(middle.x, middle.y);
  for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -200);
  await eventually(async () => assert.notEqual(await window_(page), all));
  await eventually(async () => assert.match(await at(page), /t0=.*t1=/));
  const zoomed = await window_(page);
  await frames(page, "recording, panning", async () => {
    for (let i = 0; i < 3; i++) {
      await drag(page, middle, { x: middle.x - 300, y: middle.y }, 25);
      await drag(page, middle, { x: middle.x + 250, y: middle.y }, 25);
    }
  });
  await eventually(async () => assert.notEqual(await window_(page), zoomed));
  await assertRestored(page, async () => {
    await painted(page);
    return window_(page);
  });
});

studio("the whole of it with the keyboard alone", async (page) => {
  await open(page, "/recording/planted.rec");
  await painted(page);
  const all = await window_(page);
  await plot(page).focus();
  for (const key of ["+", "+", "]", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
  await eventually(async () => assert.notEqual(await window_(page), all));
  await page.keyboard.press("Home");
  await eventually(async () => assert.equal(await window_(page), all));
});

studio("units are ordered by a column and by a community that a finding gives", async (page) => {
  await open(page, "/recording/planted.rec");
  await painted(page);
  const order = page.getByLabel("Order by");
  await eventually(async () => assert.ok((await order.locator("option").count()) > 3));
  const options = await order.locator("option").evaluateAll((all) => all.map((o) => o.value));
  const byCommunity = options.find((o) => /communit/.test(o));
  assert.ok(options.some((o) => /group/.test(o)) && byCommunity, options.join(" "));
  await order.selectOption(byCommunity);
  await eventually(async () => assert.match(await at(page), /order=/));
  await settled(page);
  await picture(page, "studio recording by community");
  await assertRestored(page, async () => {
    await eventually(async () => assert.equal(await order.inputValue(), byCommunity));
    return at(page);
  });
});

studio("a unit under the pointer leads to its page", async (page) => {
  await open(page, "/recording/planted.rec");
  await painted(page);
  await settled(page);
  const { middle } = await boxOf(plot(page));
  await page.mouse.click(middle.x, middle.y);
  await page.getByRole("dialog").getByRole("link", { name: /^Open/ }).click();
  await eventually(async () => assert.match(await at(page), /^\/neuron\/planted\.rec\/[ABC]\d+/));
  await page.goBack();
  await painted(page);
  await eventually(async () => assert.match(await at(page), /^\/recording\/planted\.rec/));
});

studio("figure and table are saved", async (page) => {
  await open(page, "/recording/planted.rec");
  await painted(page);
  await settled(page);
  const figure = page.getByRole("figure", { name: /^Activity of/ });
  assertFile(await saved(page, () => figure.getByRole("button", { name: "SVG", exact: true }).click()));
  assertFile(await saved(page, () => figure.getByRole("button", { name: "PNG", exact: true }).click()));
  assertFile(await saved(page, () => page.getByRole("link", { name: "CSV", exact: true }).first().click()));
  assertFile(await saved(page, () => page.getByRole("link", { name: "Parquet", exact: true }).first().click()));
});

studio("spikes alone, tokens, and the dark", { dark: true }, async (page) => {
  for (const id of ["cells.rec", "letters.rec", "brain.rec"]) {
    await open(page, `/recording/${id}`);
    await painted(page);
    await settled(page);
  }
  await accessible(page);
});

studio("real recordings", async (page) => {
  const names = (await items(page)).map((i) => i.id);
  for (const id of ["worm.rec", "mouse.nwb"].filter((id) => names.includes(id))) {
    await open(page, `/recording/${id}`);
    await firstPaint(page, id, "studio:painted");
    await settled(page);
    await picture(page, `studio recording ${id}`);
  }
});
