// The catalogue of papers, and findings as they were written.
import assert from "node:assert/strict";
import { accessible, assertFile, assertRestored, at, eventually, firstPaint, open, picture, saved, settled, studio } from "./harness.mjs";

studio("the 346 papers are listed, searched and filtered", async (page) => {
  await open(page, "/papers");
  await firstPaint(page, "papers");
  await page.getByText(/^346 papers: \d+ run/).waitFor();
  await accessible(page);
  await picture(page, "studio papers");
  await page.getByRole("combobox", { name: /^state/ }).selectOption("works");
  await eventually(async () => assert.match(await at(page), /state=works/));
  const shown = page.getByRole("region", { name: "papers", exact: true }).locator("tbody tr");
  const count = await shown.count();
  assert.ok(count > 0 && count < 50, `${count} papers run`);
  await assertRestored(page, () => shown.allTextContents());
  await shown.first().getByRole("link").click();
  await eventually(async () => assert.match(await at(page), /^\/papers\/\d+/));
  await settled(page);
  await page.getByRole("region", { name: "Claims" }).waitFor();
  await accessible(page);
  await picture(page, "studio paper");
  await page.getByRole("link", { name: /^Run / }).first().click();
  await page.getByRole("form").waitFor();
  await page.goBack();
  await page.goBack();
  await eventually(async () => assert.match(await at(page), /^\/papers\?state=works/));
});

studio("a finding: evidence beside chance, figures, tables, how it was made", async (page) => {
  await open(page, "/finding/planted-connectome");
  await firstPaint(page, "finding");
  for (const name of ["Evidence", "Figures", "Metrics", "Tables", "Arrays", "How it was made"]) {
    await page.getByRole("region", { name, exact: true }).waitFor();
  }
  await accessible(page);
  await picture(page, "studio finding", { fullPage: true });
  const tables = page.getByRole("region", { name: "Tables" });
  assertFile(await saved(page, () => tables.getByRole("link", { name: "CSV", exact: true }).first().click()));
  assertFile(await saved(page, () => tables.getByRole("link", { name: "Parquet", exact: true }).first().click()));
  const figures = page.getByRole("region", { name: "Figures" });
  assertFile(await saved(page, () => figures.getByRole("button", { name: "SVG", exact: true }).first().click()));
  assertFile(await saved(page, () => figures.getByRole("button", { name: "PNG", exact: true }).first().click()));
});

studio("findings and papers in the dark", { dark: true }, async (page) => {
  await open(page, "/finding/letters-profile");
  await accessible(page);
  await open(page, "/papers");
  await accessible(page);
});
