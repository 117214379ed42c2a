/** `austin --web` in a browser: a run is seen as it goes on. */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import {
  type RunningAustin,
  startAustin,
  targetCommand,
  until,
} from "../support/austin.ts";
import {
  chromium,
  drawnNames,
  openPage,
  textIn,
  untilPage,
  withBrowser,
} from "../support/chromium.ts";
import { parseCollapsed } from "../support/collapsed.ts";
import { inFolder } from "../support/folder.ts";
import { type Need, testNeeding } from "../support/needs.ts";
import { pageAddress } from "../support/web.ts";
import { startTarget } from "../support/target.ts";

/** What is tested is not the walking, so one will do. */
const [python] = await pythons(["3.12"]);
const python312: Need = { what: "CPython 3.12", met: python !== undefined };

/** @returns an expression: whether a frame of that name is drawn. */
const drawn = (name: string) =>
  `[...document.querySelectorAll("g.frame")].some((f) => f.getAttribute("name") === ${
    JSON.stringify(name)
  })`;

const SAMPLES =
  `Number([...document.querySelectorAll(".facts span")].find((s) => s.textContent.startsWith("Samples")).textContent.replace(/\\D/g, ""))`;

/** Starts a run with a page, of a program that waits for a line between two phases. */
async function startRun(
  options: readonly string[] = [],
): Promise<RunningAustin> {
  const command = await targetCommand(python!, "phases.py");
  return startAustin(["--web", ...options, ...command], { stdin: "open" });
}

testNeeding(
  [chromium, python312],
  "--web shows a run as it goes on, in several browsers, and ends with it",
  async () => {
    await using run = await startRun();
    const address = await pageAddress(run);
    await withBrowser(async (browser) => {
      const { page, complaints } = await openPage(browser, address.href);
      const other = await openPage(browser, address.href);
      for (const each of [page, other.page]) {
        // One that is hidden asks for nothing.
        await each.bringToFront();
        await untilPage(each, drawn("first_phase"));
        assert.ok(!(await drawnNames(each)).includes("second_phase"));
      }
      await run.write("\n");
      for (const each of [page, other.page]) {
        await each.bringToFront();
        await untilPage(each, drawn("second_phase"));
      }
      const seen = Number(await other.page.evaluate(SAMPLES));
      await other.page.close();
      await page.close();
      // It goes on when nobody looks.
      const { page: again } = await openPage(browser, address.href);
      await untilPage(again, drawn("second_phase"));
      await untilPage(again, `${SAMPLES} > ${seen}`);
      assert.equal(await textIn(again, ".live"), "Live");
      assert.deepEqual([...complaints, ...other.complaints], []);
    });
    run.kill("SIGINT");
    const { code, stdout, stderr } = await run.ended;
    assert.equal(code, 254);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /^The flame graph is at http:\/\/127\.0\.0\.1:\d+\/\n/,
    );
  },
);

testNeeding(
  [chromium, python312],
  "--web pauses, filters, searches, measures and saves",
  async () => {
    await using run = await startRun(["-f"]);
    const address = await pageAddress(run);
    await withBrowser(async (browser) => {
      const { page, complaints } = await openPage(browser, address.href);
      await untilPage(page, drawn("other_work"));

      await page.click("button[name=pause]");
      assert.equal(await textIn(page, ".live"), "Paused; sampling goes on");
      const paused = Number(await page.evaluate(SAMPLES));
      // Longer than from one document to the next.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const still = Number(await page.evaluate(SAMPLES));
      assert.equal(still, paused);
      await page.click("button[name=pause]");
      await untilPage(page, `${SAMPLES} > ${paused}`);

      const [, thread = ""] = await page.$$eval(
        "select[name=thread] option",
        (options) => options.map(({ value }) => value),
      );
      await page.select("select[name=thread]", thread);
      const threads = (await drawnNames(page)).filter((name) =>
        name.startsWith("thread ")
      );
      assert.equal(threads.length, 1);
      await page.select("select[name=thread]", "-1");

      await page.type("input[type=search]", "other_w");
      await untilPage(
        page,
        `/^\\d+\\.\\d+ %$/.test(document.querySelector(".found").textContent)`,
      );
      const matches = await page.$$eval(
        "g.match",
        (frames) => frames.map((frame) => frame.getAttribute("name")),
      );
      assert.deepEqual(new Set(matches), new Set(["other_work"]));
      // The filters stay when the next document comes.
      const before = Number(await page.evaluate(SAMPLES));
      await untilPage(page, `${SAMPLES} > ${before}`);
      await untilPage(page, `document.querySelector("g.match") !== null`);
      await page.keyboard.press("Escape");

      await page.select("select[name=metric]", "1");
      await untilPage(
        page,
        `document.querySelector(".facts").textContent.startsWith("CPU time")`,
      );

      await checkDownloads(address);
      await checkSaved(page);
      assert.deepEqual(complaints, []);
    });
    run.kill("SIGTERM");
    assert.equal((await run.ended).code, 241);
  },
);

/** All formats can be had; the text is what a strict reader takes, and has the functions. */
async function checkDownloads(address: URL): Promise<void> {
  const get = async (format: string) => {
    const url = new URL(`download?format=${format}`, address);
    const response = await fetch(url);
    assert.equal(response.status, 200, format);
    return await response.bytes();
  };
  const text = new TextDecoder().decode(await get("text"));
  const { samples, head } = parseCollapsed(text);
  assert.equal(new Map(head).get("mode"), "full");
  const scopes = new Set(
    samples.flatMap(({ stack }) => stack.frames.map(({ scope }) => scope)),
  );
  assert.ok(scopes.has("other_work"));
  const magic = new TextDecoder().decode((await get("mojo")).subarray(0, 3));
  assert.equal(magic, "MOJ");
  const page = await (await fetch(address)).text();
  const [, setup = ""] = /id="live">(.*?)<\/script>/.exec(page) ?? [];
  const { formats } = JSON.parse(setup) as { formats: [string, string][] };
  assert.ok(formats.length >= 5);
  for (const [format] of formats) {
    assert.ok((await get(format)).length > 100, format);
  }
}

/** The list on the page saves a file. */
async function checkSaved(
  page: Awaited<ReturnType<typeof openPage>>["page"],
): Promise<void> {
  await inFolder(async (folder) => {
    const session = await page.createCDPSession();
    await session.send("Browser.setDownloadBehavior", {
      behavior: "allow",
      downloadPath: folder,
    });
    await page.select("select[name=download]", "speedscope");
    const path = `${folder}/austin.speedscope.json`;
    await until(() => Deno.stat(path).then(() => true, () => false));
    const saved = JSON.parse(await Deno.readTextFile(path));
    assert.equal(saved.exporter, "austin");
  });
}

testNeeding(
  [python312],
  "--web attaches, and serves until Ctrl-C when the process has ended",
  async () => {
    await using target = await startTarget(python!, "phases.py");
    await using run = startAustin(["--web", "-p", String(target.pid)]);
    const address = await pageAddress(run);
    const samples = async () => {
      const url = new URL("download?format=text", address);
      return (await (await fetch(url)).text()).split("\nP").length - 1;
    };
    await run.until(async () => await samples() > 0);
    await target.kill();
    await run.until(() => run.stderr.includes("The run is over"));
    assert.ok(await samples() > 0);
    run.kill("SIGINT");
    assert.equal((await run.ended).code, 0);
  },
);

Deno.test("--web of no process ends with what the sampler says", async () => {
  await using run = startAustin(["--web", "-p", "2147483647"]);
  const { code, stderr } = await run.ended;
  assert.equal(code, 36);
  assert.match(stderr, /\naustin: .*process.*2147483647/);
});

for (
  const [options, complaint] of [
    [["--web", "-w", "1"], /the -w\/--where option is incompatible/],
    [["--web", "-o", "x", "-p", "1"], /the -o\/--output option is incompat/],
    [["--web", "--from", "x", "-p", "1"], /the --from option is incompat/],
    [["--web", "--port", "65536", "-p", "1"], /port must be a number up to/],
    [["--open", "-p", "1"], /the --open option goes with --web/],
  ] as const
) {
  Deno.test(`austin ${options.join(" ")} is refused`, async () => {
    await using run = startAustin(options);
    const { code, stderr } = await run.ended;
    assert.equal(code, 64);
    assert.match(stderr, complaint);
  });
}
