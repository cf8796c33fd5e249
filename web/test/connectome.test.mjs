// A connectome: what is beyond chance, the matrix, communities through time, the graph, and nothing where nothing is.
import assert from "node:assert/strict";
import { accessible, assertFile, assertRestored, at, boxOf, drag, eventually, firstPaint, frames, items, open, picture, saved, settled, studio } from "./harness.mjs";

const moment = (page) => page.getByRole("slider", { name: "Moment, seconds" });
const members = (page) => page.locator(".connectome-followed dt").first().textContent().then((t) => parseInt(t));

studio("a community is followed through time", async (page) => {
  await open(page, "/connectome/planted-connectome");
  await firstPaint(page, "connectome");
  await page.getByText(/tests beyond chance/).waitFor();
  await accessible(page);
  await picture(page, "studio connectome", { fullPage: true });
  // Twenty units go on alone, and with twenty others while these follow the same signal: from 30 to 60 s.
  await page.getByRole("combobox", { name: /^follow/ }).selectOption({ label: "community 1" });
  await eventually(async () => assert.match(await at(page), /community=1/));
  await moment(page).fill("20");
  await eventually(async () => assert.equal(await members(page), 20));
  await moment(page).fill("40");
  await eventually(async () => assert.equal(await members(page), 40));
  assert.match(await page.locator(".connectome-followed").textContent(), /20 came/);
  await page.getByRole("button", { name: "Later" }).click();
  await eventually(async () => assert.notEqual(await members(page), 40));
  await assertRestored(page, async () => [await members(page), (await moment(page).inputValue()).slice(0, 4)]);
  await page.goBack();
  await page.waitForLoadState();
});

studio("time plays", async (page) => {
  await open(page, "/connectome/planted-connectome");
  await page.getByLabel("Speed").selectOption("4");
  await frames(page, "connectome, playing", async () => {
    await page.getByRole("button", { name: "Play" }).click();
    await page.waitForTimeout(1500);
    await page.getByRole("button", { name: "Pause" }).click();
  });
  assert.ok(Number(await moment(page).inputValue()) > 5);
  await eventually(async () => assert.match(await at(page), /t=/));
});

studio("the matrix reorders, zooms and names a pair", async (page) => {
  await open(page, "/connectome/planted-connectome");
  const matrix = page.getByRole("img", { name: /^Matrix of 60 units/ });
  const before = await matrix.screenshot();
  await page.getByLabel("order by").selectOption("name");
  await eventually(async () => assert.match(await at(page), /order=name/));
  await eventually(async () => assert.ok(!(await matrix.screenshot()).equals(before), "the picture is another one"));
  await matrix.focus();
  const whole = await matrix.screenshot();
  for (const key of ["+", "+", "ArrowRight"]) await page.keyboard.press(key);
  await eventually(async () => assert.ok(!(await matrix.screenshot()).equals(whole)));
  await page.goBack();
  await eventually(async () => assert.doesNotMatch(await at(page), /order=name/));
});

studio("the graph lies in space and turns", async (page) => {
  await open(page, "/connectome/planted-connectome");
  const graph = page.getByRole("img", { name: /^Graph of 60 units/ });
  await page.getByText("Units lie where they are in the tissue").waitFor();
  const { middle } = await boxOf(graph);
  const before = await graph.screenshot();
  await frames(page, "graph, turning", () => drag(page, middle, { x: middle.x + 160, y: middle.y + 60 }, 60));
  await eventually(async () => assert.ok(!(await graph.screenshot()).equals(before), "it was turned"));
  await page.getByRole("button", { name: "top", exact: true }).click();
  await eventually(async () => assert.match(await at(page), /look=top/));
});

studio("figures and tables are saved", async (page) => {
  await open(page, "/connectome/planted-connectome");
  const flow = page.getByRole("figure", { name: "Communities through time" });
  assertFile(await saved(page, () => flow.getByRole("button", { name: "SVG", exact: true }).click()));
  assertFile(await saved(page, () => flow.getByRole("link", { name: "CSV", exact: true }).click()));
  const matrix = page.getByRole("figure", { name: /affinity/ }).first();
  assertFile(await saved(page, () => matrix.getByRole("button", { name: "PNG", exact: true }).click()));
});

studio("no communities are said as such", async (page) => {
  await open(page, "/connectome/noise-connectome");
  await page.getByText("No communities beyond chance.").first().waitFor();
  await accessible(page);
});

studio("pairs without time, and the dark", { dark: true }, async (page) => {
  await open(page, "/connectome/brain-correlation");
  await page.getByRole("img", { name: /^Matrix of 28 units|^Graph of 28 units/ }).first().waitFor();
  await accessible(page);
});

studio("a real brain and a real worm", async (page) => {
  const names = (await items(page)).map((i) => i.id);
  for (const id of ["brain-connectome", "worm-connectome"].filter((id) => names.includes(id))) {
    await open(page, `/connectome/${id}`);
    await settled(page);
    await moment(page).fill("250");
    await page.locator(".connectome-matrix").evaluate((e) => scrollBy(0, e.getBoundingClientRect().top - 210));
    await picture(page, `studio connectome ${id}`);
  }
});
