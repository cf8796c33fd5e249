// A browser on a running studio. cmd/nissl's TestStudio starts both and says where they are by the environment:
// NISSL_URL the address with its token, NISSL_BROWSER the program, NISSL_SHOTS a folder for pictures.
import assert from "node:assert/strict";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const address = new URL(process.env.NISSL_URL ?? fail("NISSL_URL is not set: run go test ./cmd/nissl -run Studio"));
const shots = process.env.NISSL_SHOTS;
export const origin = address.origin;
export const token = address.searchParams.get("token");

function fail(message) {
  throw new Error(message);
}

const flags = [
  "--no-sandbox", // Chromium refuses to run as root with it, as in a container
  "--disable-dev-shm-usage",
  "--use-angle=swiftshader", // WebGL without a graphics card
  "--enable-unsafe-swiftshader",
  "--disable-gpu-compositing", // as a browser does by itself where there is no graphics card
  // Whatever asks another machine fails, and is seen to fail.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.NISSL_BROWSER, args: flags });
});
after(() => browser?.close());

/**
 * A test on a page of its own. It fails, too, on an error in the console, an exception, a failed request
 * and one to another machine. Options: dark, viewport, refused (a pattern of addresses that may answer with an error).
 */
export function studio(name, options, body) {
  if (body === undefined) [options, body] = [{}, options];
  test(name, { skip: options.skip }, async () => {
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1360, height: 860 },
      colorScheme: options.dark ? "dark" : "light",
      acceptDownloads: true,
    });
    await context.addCookies([{ name: `nissl-studio-${address.port}`, value: token, url: origin, httpOnly: true, sameSite: "Strict" }]);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000); // a machine that is busy takes its time
    const problems = watch(page, options.refused);
    try {
      await body(page);
      assert.deepEqual(problems, []);
    } catch (error) {
      if (shots) await page.screenshot({ path: await shotPath("failed " + name) }).catch(() => {});
      if (problems.length && !error.message.includes(problems[0])) error.message += "\nand the page: " + problems.join("\n");
      throw error;
    } finally {
      await context.close();
    }
  });
}

// What each page has asked for and not been given yet.
const waiting = new WeakMap();

/** The problems of a page, as they come. */
function watch(page, refused) {
  const problems = [];
  const asked = new Set();
  waiting.set(page, asked);
  page.on("request", (r) => asked.add(r));
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (r) => asked.delete(r));
  page.on("console", (m) => {
    const where = m.location().url;
    if (m.type() === "error" && !refused?.test(where)) problems.push(`console: ${m.text()} (${where})`);
  });
  page.on("pageerror", (e) => problems.push(`exception: ${e.stack ?? e}`));
  page.on("request", (r) => {
    const url = new URL(r.url());
    if (url.origin !== origin && !["data:", "blob:"].includes(url.protocol)) problems.push(`asked another machine: ${r.url()}`);
  });
  page.on("requestfailed", (r) => {
    // A view that is left gives its requests up; a download is no page.
    if (r.failure()?.errorText !== "net::ERR_ABORTED") problems.push(`no answer: ${r.url()}: ${r.failure()?.errorText}`);
  });
  page.on("response", (r) => {
    if (r.status() >= 400 && !refused?.test(r.url())) problems.push(`${r.status()}: ${r.url()}`);
  });
  return problems;
}

/** Opens a path of the studio and waits until nothing is being loaded. */
export async function open(page, path) {
  await page.goto(origin + path);
  await settled(page);
}

/** Waits until the page has a view in it that has loaded what it shows, and asks for nothing more. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector("main")?.childElementCount > 0 && !document.querySelector("main .loading"));
  await idle(page);
}

/** Waits until nothing has been asked for during a tenth of a second; a stream of events that stays open does not count. */
async function idle(page, ms = 100) {
  const busy = () => [...waiting.get(page)].some((r) => !/\/(stream|events)$/.test(r.url()));
  for (let since = Date.now(), end = since + 30_000; Date.now() - since < ms; ) {
    if (busy()) since = Date.now();
    if (Date.now() > end) throw new Error("the page still waits for " + [...waiting.get(page)].map((r) => r.url()).join(", "));
    await new Promise((next) => setTimeout(next, 20));
  }
}

/** The path and the query that the page is at, as a person reads them. */
export const at = (page) => page.evaluate(() => decodeURIComponent((location.pathname + location.search).replaceAll("+", " ")));

/** What the studio has opened, from its own list. */
export async function items(page) {
  const response = await page.request.get(origin + "/api/library");
  return (await response.json()).items;
}

/** The address part of the item whose path ends so. */
export async function item(page, ending) {
  const all = await items(page);
  const found = all.find((i) => i.path.endsWith(ending)) ?? fail(`nothing opened ends in ${ending}: ${all.map((i) => i.path).join(", ")}`);
  return found.id;
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Finds what keeps people out: with a screen reader, without a mouse, with weak eyes. Nothing serious may be found. */
export async function accessible(page, { within = "body", ignore = [] } = {}) {
  await page.evaluate(axe);
  const found = await page.evaluate(
    ({ within, ignore }) => axe.run(within, { resultTypes: ["violations"], rules: Object.fromEntries(ignore.map((r) => [r, { enabled: false }])) }),
    { within, ignore },
  );
  const bad = found.violations.filter((v) => v.impact === "serious" || v.impact === "critical");
  const said = bad.map((v) => `${v.impact} ${v.id}: ${v.help}\n` + v.nodes.slice(0, 4).map((n) => `    ${n.target} ${n.html.slice(0, 160)}\n    ${n.failureSummary?.replaceAll("\n", " ")}`).join("\n"));
  assert.equal(bad.length, 0, `axe at ${await at(page)}:\n${said.join("\n")}`);
}

async function shotPath(name) {
  await mkdir(shots, { recursive: true });
  return join(shots, name.replace(/[^\p{L}\p{N}]+/gu, "-") + ".png");
}

/** Keeps pictures NAME-light and NAME-dark of the page, where somebody wants them. */
export async function picture(page, name, options = {}) {
  if (!shots) return;
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await idle(page);
    await page.screenshot({ path: await shotPath(`${name} ${colorScheme}`), ...options });
  }
}

/** Says a figure that was measured, and keeps it beside the pictures. */
export async function measured(what, value, unit) {
  const line = `${what}: ${Number(value.toPrecision(3))} ${unit}`;
  console.log(line);
  if (!shots) return;
  await mkdir(shots, { recursive: true });
  await appendFile(join(shots, "measured.txt"), line + "\n");
}

/** Says how many frames a second are drawn while act goes on, and the longest that one was waited for. */
export async function frames(page, what, act) {
  await page.evaluate(() => {
    const seen = (window.framesSeen = []);
    const next = (now) => (seen.push(now), (window.framesNext = requestAnimationFrame(next)));
    window.framesNext = requestAnimationFrame(next);
  });
  await act();
  const times = await page.evaluate(() => (cancelAnimationFrame(window.framesNext), window.framesSeen));
  const gaps = times.slice(1).map((t, i) => t - times[i]);
  const seconds = (times.at(-1) - times[0]) / 1000;
  await measured(`${what}, frames`, gaps.length / seconds, "/s");
  await measured(`${what}, longest frame`, Math.max(...gaps), "ms");
  return { frames: gaps.length, seconds };
}

/** Says how long after the address was asked for a view had something to look at: its mark, else the first paint. */
export async function firstPaint(page, what, mark = "first-contentful-paint") {
  const time = await page.waitForFunction((mark) => performance.getEntriesByName(mark)[0]?.startTime, mark);
  await measured(`${what}, first useful paint`, await time.jsonValue(), "ms");
}

/** Drags the mouse from one point to another in steps, as a hand does. */
export async function drag(page, from, to, steps = 30) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (let i = 1; i <= steps; i++) {
    await page.mouse.move(from.x + ((to.x - from.x) * i) / steps, from.y + ((to.y - from.y) * i) / steps);
  }
  await page.mouse.up();
}

/** The middle of an element, and its box. */
export async function boxOf(locator) {
  await locator.scrollIntoViewIfNeeded();
  const box = (await locator.boundingBox()) ?? fail("the element has no box");
  return { ...box, middle: { x: box.x + box.width / 2, y: box.y + box.height / 2 } };
}

/** The bytes of the file that act downloads, with its name. */
export async function saved(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Checks that bytes are what the name says: a PNG, an SVG, a CSV or a Parquet file with something in it. */
export function assertFile({ name, bytes }) {
  const text = bytes.toString("utf8");
  const kind = name.split(".").at(-1);
  const good = {
    png: () => bytes.length > 1000 && bytes.readUInt32BE(0) === 0x89504e47,
    svg: () => /<svg[\s>]/.test(text) && text.trimEnd().endsWith("</svg>"),
    csv: () => text.trimEnd().split("\n").length > 1 && text.includes(","),
    parquet: () => text.startsWith("PAR1") && text.endsWith("PAR1"),
  }[kind];
  assert.ok(good?.(), `${name}, ${bytes.length} bytes, is no ${kind}: ${text.slice(0, 80)}`);
}

/**
 * The state of a view is in its address: what is read from the page is the same after a reload, and in another tab
 * that is given the address.
 */
export async function assertRestored(page, read) {
  await page.waitForTimeout(400); // what was dragged is written when it rests
  const before = await read(page);
  await page.reload();
  await settled(page);
  await eventually(async () => assert.deepEqual(await read(page), before, `at ${await at(page)} after a reload`));
}

/** Tries until it holds; throws its last failure after a while. */
export async function eventually(check, ms = 20_000) {
  for (const end = Date.now() + ms; ; ) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((next) => setTimeout(next, 50));
    }
  }
}
