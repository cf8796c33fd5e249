// How soon and how smoothly large recordings are shown; run by TestStudioLarge.
import assert from "node:assert/strict";
import { boxOf, drag, firstPaint, frames, open, origin, picture, studio } from "./harness.mjs";

const painted = (page) => page.waitForFunction(() => performance.getEntriesByName("studio:painted").length > 0, undefined, { timeout: 120_000 });

for (const [id, what] of [
  ["traces.rec", "1,000 units × 1,000,000 samples"],
  ["spikes.rec", "10,000,000 spikes"],
]) {
  studio(what, async (page) => {
    for (const time of ["first", "second"]) {
      await page.goto(`${origin}/recording/${id}`);
      await painted(page);
      await firstPaint(page, `${what}, ${time} time`, "studio:painted");
    }
    await open(page, `/recording/${id}`);
    const { middle } = await boxOf(page.getByRole("application"));
    await picture(page, `studio large ${id}`);
    await page.mouse.move(middle.x, middle.y);
    for (let i = 0; i < 6; i++) await page.mouse.wheel(0, -300);
    await page.waitForTimeout(2000);
    const { frames: seen } = await frames(page, `${what}, panning`, async () => {
      for (let i = 0; i < 4; i++) {
        await drag(page, middle, { x: middle.x - 400, y: middle.y }, 60);
        await drag(page, middle, { x: middle.x + 300, y: middle.y }, 60);
      }
    });
    assert.ok(seen > 0);
  });
}
