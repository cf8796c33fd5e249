// What all views stand in: who is let in, the list of what is open, the keyboard, the theme.
import assert from "node:assert/strict";
import http from "node:http";
import { accessible, at, eventually, items, open, origin, picture, settled, studio, token } from "./harness.mjs";

const port = new URL(origin).port;

/** The status of a request that is made as no browser would make it. */
function status(path, headers = {}, method = "GET") {
  return new Promise((done, fail) => {
    const request = http.request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      response.resume();
      response.on("end", () => done(response.statusCode));
    });
    request.on("error", fail);
    request.end();
  });
}

studio("only who has the token and asks this server gets in", async () => {
  const cookie = `nissl-studio-${port}=${token}`;
  assert.equal(await status("/api/library", { cookie }), 200);
  assert.equal(await status("/api/library"), 401);
  assert.equal(await status("/"), 401);
  assert.equal(await status("/api/library", { cookie: `nissl-studio-${port}=${token}x` }), 401);
  assert.equal(await status("/?token=wrong"), 401);
  assert.equal(await status("/?token=" + token), 303);
  for (const host of ["example.org", `example.org:${port}`, "127.0.0.1.example.org"]) {
    assert.equal(await status("/api/library", { cookie, host }), 421, host);
  }
  for (const foreign of ["http://example.org", "null", `http://127.0.0.1:${+port + 1}`]) {
    for (const method of ["GET", "POST"]) {
      assert.equal(await status("/api/library", { cookie, origin: foreign }, method), 403, `${method} from ${foreign}`);
    }
  }
  assert.equal(await status("/api/library", { cookie, "sec-fetch-site": "cross-site" }), 403);
});

studio("no file but the pages' own is served", async () => {
  const cookie = `nissl-studio-${port}=${token}`;
  for (const path of ["/assets/../../../../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/..%2f..%2fetc%2fpasswd"]) {
    const got = await new Promise((done, fail) => {
      http.get({ host: "127.0.0.1", port, path, headers: { cookie } }, (response) => {
        let text = "";
        response.on("data", (b) => (text += b));
        response.on("end", () => done(text));
      }).on("error", fail);
    });
    assert.ok(!got.includes("root:"), path);
  }
});

studio("the address with the token lets a browser in and leaves the token out", async (page) => {
  await page.context().clearCookies();
  await page.goto(`${origin}/?token=${token}`);
  await settled(page);
  assert.equal(await at(page), "/");
  assert.match(await page.title(), /nissl studio/);
});

studio("pages may not load anything from elsewhere, nor run what is written into them", async (page) => {
  const response = await page.goto(origin + "/");
  const policy = response.headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.doesNotMatch(policy, /https?:|\*/);
  assert.equal(response.headers()["referrer-policy"], "no-referrer");
});

studio("WebGL draws", async (page) => {
  await open(page, "/");
  const drawn = await page.evaluate(() => {
    const gl = document.createElement("canvas").getContext("webgl2");
    if (!gl) return "no webgl2 context";
    gl.clearColor(1, 0, 0.2, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const pixel = new Uint8Array(4);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return [...pixel].join();
  });
  assert.equal(drawn, "255,0,51,255");
});

studio("all that was opened is listed, and found by its name", async (page) => {
  await open(page, "/");
  const all = await items(page);
  assert.ok(all.length >= 5, "items: " + all.length);
  for (const kind of ["Recordings", "Findings", "Networks"]) {
    await page.getByRole("region", { name: kind, exact: true }).waitFor();
  }
  assert.equal(await page.locator(".card").count(), all.length);
  await accessible(page);
  await picture(page, "open");
  await page.getByRole("searchbox").fill("fmri");
  await eventually(async () => assert.ok((await page.locator(".card").count()) < all.length));
  await eventually(async () => assert.equal(await at(page), "/?q=fmri"));
  const found = await page.locator(".card").count();
  await page.reload();
  await settled(page);
  assert.equal(await page.locator(".card").count(), found);
});

studio("an address that is no page says so", async (page) => {
  await open(page, "/no/such/page");
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await accessible(page);
});

studio("every view is reached with the keyboard alone", async (page) => {
  await open(page, "/");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the view");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const links = await page.locator("nav[aria-label=Studio] a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  for (const link of links) {
    await open(page, "/");
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate(() => document.activeElement.getAttribute("href"))) === link && i > 1) break;
    }
    await page.keyboard.press("Enter");
    await eventually(async () => assert.equal(await at(page), link));
    await settled(page);
  }
});

studio("back and forward go through the views", async (page) => {
  await open(page, "/");
  const links = await page.locator("nav[aria-label=Studio] a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  for (const link of links) await page.locator(`nav[aria-label=Studio] a[href="${link}"]`).click();
  const last = await at(page);
  for (const link of links.slice(0, -1).reverse()) {
    await page.goBack();
    await eventually(async () => assert.equal(await at(page), link));
  }
  for (let i = 1; i < links.length; i++) await page.goForward();
  await eventually(async () => assert.equal(await at(page), last));
});

studio("light, dark or as the system says", { dark: true }, async (page) => {
  await open(page, "/");
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)[0]);
  assert.ok((await paper()) < 80, "dark as the system says");
  await accessible(page);
  const button = page.getByRole("button", { name: /^Colours/ });
  await button.click();
  await eventually(async () => assert.ok((await paper()) > 200, "light because it was chosen"));
  await page.reload();
  await settled(page);
  assert.ok((await paper()) > 200, "the choice is kept");
  await button.click();
  await eventually(async () => assert.ok((await paper()) < 80, "dark because it was chosen"));
});
