/** Chromium without a window, for tests of pages. It keeps to this machine. */

import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { type Need, tool } from "./needs.ts";

/** That it is here; `.ci/run` installs it. */
export const chromium: Need = tool("chromium");

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A condition of a page takes no longer, on the slowest machine. */
const LIMIT_MS = 30_000;

/** A page, and what it complained of. */
export interface TestPage {
  readonly page: Page;
  /** Errors, and requests that its policy forbade. */
  readonly complaints: readonly string[];
}

/** Gives a test a browser with nothing in its profile, and ends it. */
export async function withBrowser(
  test: (browser: Browser) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "austin-chromium-" });
  const browser = await puppeteer.launch({
    executablePath: "/usr/bin/chromium",
    headless: true,
    userDataDir: folder,
    args: ARGS,
    timeout: LIMIT_MS,
  });
  try {
    await test(browser);
  } finally {
    await browser.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Opens a page in a tab of its own. */
export async function openPage(
  browser: Browser,
  url: string,
): Promise<TestPage> {
  const page = await browser.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  await page.setViewport({ width: 1280, height: 800 });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(url, { waitUntil: "load" });
  return { page, complaints };
}

/** @returns the names of the frames that are drawn, from the outermost. */
export function drawnNames(page: Page): Promise<string[]> {
  return page.$$eval(
    "g.frame",
    (frames) => frames.map((frame) => frame.getAttribute("name") ?? ""),
  );
}

/** Waits until a script in the page is true. @param script an expression */
export async function untilPage(page: Page, script: string): Promise<void> {
  await page.waitForFunction(script, { polling: 50 });
}

/** @returns the text of the first element of that kind. */
export function textIn(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (element) => element.textContent ?? "");
}
