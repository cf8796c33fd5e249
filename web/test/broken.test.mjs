// Files that are not what their names say, or far larger than any memory: a message, and the studio goes on.
import assert from "node:assert/strict";
import { accessible, open, origin, settled, studio } from "./harness.mjs";

const damaged = ["cut-short.nwb", "far-too-big.npy", "no-model.toml"];
const refused = new RegExp(damaged.join("|").replaceAll(".", "\\."));

studio("the list says what is wrong with each, and opens the others", { refused }, async (page) => {
  await open(page, "/");
  await page.getByText("6 units").waitFor();
  await page.getByText(/cut-short\.nwb: cannot be opened/).waitFor();
  await accessible(page);
});

studio("every view of a broken file is a message", { refused }, async (page) => {
  await open(page, "/");
  const links = await page.locator(".card .tabs a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  const of = links.filter((link) => !link.startsWith("/run") && damaged.some((name) => link.includes(name)));
  assert.ok(of.length >= damaged.length, `views of broken files: ${of}`);
  for (const link of of) {
    await open(page, link);
    await page.getByRole("alert").or(page.locator(".bad")).first().waitFor();
    await accessible(page);
  }
});

studio("the studio goes on after broken files", async (page) => {
  const about = await page.request.get(origin + "/api/about");
  assert.equal(about.status(), 200);
  await open(page, "/neuron/whole.rec/A0");
  await settled(page);
  await page.getByRole("heading", { name: "A0", exact: true }).waitFor();
});
