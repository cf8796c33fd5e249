// Drives a browser on a running studio for bench/studio: says "ready" when the browser is up, reads the address of the
// studio from its input, and prints what it measures, one "what: number unit" a line.
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { chromium } = createRequire(process.env.NISSL_WEB + "/package.json")("playwright-core");
const flags = ["--no-sandbox", "--disable-dev-shm-usage", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing"];
const browser = await chromium.launch({ executablePath: process.env.NISSL_BROWSER, args: flags });
const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
const page = await context.newPage();
await page.goto("about:blank");
console.log("ready");

const lines = createInterface(process.stdin);
const [line] = await once(lines, "line");
lines.close(); // or Node would wait for more
const { url, item, name } = JSON.parse(line);
const address = new URL(url);
await context.addCookies([{ name: `nissl-studio-${address.port}`, value: address.searchParams.get("token"), url: address.origin, httpOnly: true, sameSite: "Strict" }]);

const say = (what, value, unit) => console.log(`${what}: ${Number(value.toPrecision(3))} ${unit}`);
page.on("pageerror", (e) => console.log("exception: " + e));

const path = "/recording/" + encodeURIComponent(item);
await page.goto(address.origin + path, { waitUntil: "commit" });
const painted = await page.waitForFunction(() => performance.getEntriesByName("studio:painted")[0]?.startTime, null, { polling: 5, timeout: 60_000 });
const ms = await painted.jsonValue();
const origin = await page.evaluate(() => performance.timeOrigin);
say("first picture after the address was asked for", ms, "ms");
console.log("painted-at " + (origin + ms));
await settle();
await shot("whole");
await page.reload();
say("first picture when it is opened again", await (await page.waitForFunction(() => performance.getEntriesByName("studio:painted")[0]?.startTime)).jsonValue(), "ms");
await settle();

const box = await page.locator(".recording-plot").boundingBox();
const middle = { x: box.x + box.width * 0.55, y: box.y + 250 };
console.log("drawn by " + (await page.locator(".recording-plot").getAttribute("data-painter")));
await frames("panning, zoomed in 8 times", () => zoomed(8), pan);
await frames("zooming in and out", () => zoomed(1), async () => {
  for (let i = 0; i < 90; i++) await wheel(i < 45 ? -100 : 100);
});
await frames("panning, zoomed in 500 times", () => zoomed(500), pan);
await shot("zoomed");
await browser.close();
process.exit(0);

/** Waits until the page asks for nothing more and the picture is exact. */
async function settle() {
  await page.waitForFunction(() => !document.querySelector(".recording-foot [role=status]"), null, { timeout: 60_000 });
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(300);
}

/** Shows the middle of the recording, so many times as large as the whole. */
async function zoomed(times) {
  await page.goto(address.origin + path);
  await page.waitForFunction(() => document.querySelector(".recording-foot input"));
  const to = await page.evaluate(() => Number(document.querySelectorAll(".recording-foot input")[1].value));
  await page.goto(`${address.origin}${path}?t0=${to * (0.5 - 0.5 / times)}&t1=${to * (0.5 + 0.5 / times)}`);
  await settle();
  await page.mouse.move(middle.x, middle.y);
}

async function wheel(by) {
  await page.mouse.wheel(0, by);
  await page.waitForTimeout(16);
}

/** Drags to and fro as a hand does, for some seconds. */
async function pan() {
  await page.mouse.down();
  for (let i = 1; i <= 150; i++) {
    await page.mouse.move(middle.x + 420 * Math.sin(i / 24), middle.y + 8 * Math.sin(i / 9));
    await page.waitForTimeout(12);
  }
  await page.mouse.up();
}

/** Counts the frames that are drawn while something goes on. */
async function frames(what, before, act) {
  await before();
  await page.evaluate(() => {
    window.seen = [];
    const next = (now) => (window.seen.push(now), (window.asked = requestAnimationFrame(next)));
    window.asked = requestAnimationFrame(next);
  });
  await act();
  const times = await page.evaluate(() => (cancelAnimationFrame(window.asked), window.seen));
  const gaps = times.slice(1).map((t, i) => t - times[i]).sort((a, b) => a - b);
  say(`${what}, frames`, (1000 * gaps.length) / (times.at(-1) - times[0]), "/s");
  say(`${what}, 95 of 100 frames within`, gaps[Math.floor(gaps.length * 0.95)], "ms");
  say(`${what}, longest frame`, gaps.at(-1), "ms");
}

async function shot(what) {
  if (process.env.NISSL_SHOTS) await page.screenshot({ path: `${process.env.NISSL_SHOTS}/${name} ${what}.png` });
}
