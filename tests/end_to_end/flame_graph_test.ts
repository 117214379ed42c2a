/** The flame graph as a file: written by austin, opened in a browser, without a server. */

import assert from "node:assert/strict";
import { flameHtml } from "../../src/formats/flame_graph/html.ts";
import { pageAsset } from "../../src/formats/flame_graph/page_asset.ts";
import { austin, until } from "../support/austin.ts";
import {
  chromium,
  drawnNames,
  openPage,
  textIn,
  untilPage,
  withBrowser,
} from "../support/chromium.ts";
import { documentOf } from "../support/flame_profile.ts";
import { inFolder } from "../support/folder.ts";
import { testNeeding } from "../support/needs.ts";
import {
  lineFrame,
  type PlainSample,
  plainSample,
  writeProfile,
} from "../support/profile.ts";

type Page = Awaited<ReturnType<typeof openPage>>["page"];

const [MAIN, LOAD, SAVE, OTHER] = [
  lineFrame("/srv/app.py", "main", 10),
  lineFrame("/srv/app.py", "load", 20),
  lineFrame("/usr/lib/python3.12/json.py", "save", 30),
  lineFrame("/srv/app.py", "load", 21),
];

const SAMPLES = [
  plainSample({ frames: [MAIN!, LOAD!], timeUs: 600_000 }),
  plainSample({ frames: [MAIN!, OTHER!], timeUs: 150_000, isIdle: true }),
  plainSample({ frames: [MAIN!, SAVE!], timeUs: 250_000, memoryBytes: 4_096 }),
];

/** Has austin write samples as a page, and opens it. */
async function withPage(
  samples: readonly PlainSample[],
  test: (page: Page, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const bytes = writeProfile(samples, { format: "mojo", metrics: "full" });
    await Deno.writeFile(`${folder}/run.mojo`, bytes);
    const to = ["-o", `${folder}/run.html`, "--format", "flamegraph"];
    const { code, stderr } = await austin(
      ["--from", `${folder}/run.mojo`, ...to],
    );
    assert.deepEqual([code, stderr], [0, ""]);
    await openFile(`${folder}/run.html`, (page) => test(page, folder));
  });
}

/** Opens a page that is alone: whatever it would load, it has to have in itself. */
async function openFile(
  path: string,
  test: (page: Page) => Promise<void>,
): Promise<void> {
  await withBrowser(async (browser) => {
    const { page, complaints } = await openPage(browser, `file://${path}`);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.waitForSelector("g.frame");
    await test(page);
    const foreign = asked.filter((url) => !/^(blob|data):/.test(url));
    assert.deepEqual([complaints, foreign], [[], []]);
  });
}

/** Names of the frames and their share of the width, in percent. */
async function shares(page: Page): Promise<Record<string, number>> {
  const widths = await page.$$eval(
    "g.frame",
    (frames) =>
      frames.map((frame): [string, number] => [
        frame.getAttribute("name") ?? "",
        Number(frame.getAttribute("width")),
      ]),
  );
  const [[, whole] = ["", 1]] = widths;
  const sums: Record<string, number> = {};
  for (const [name, width] of widths) {
    sums[name] = Math.round(100 * width / whole) + (sums[name] ?? 0);
  }
  return sums;
}

/** Goes there as people without a mouse do. */
async function untilFrameHasFocus(page: Page): Promise<void> {
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const tag = await page.evaluate("document.activeElement.tagName");
    if (tag === "g") return;
  }
  assert.fail("The tabulator does not lead to a frame");
}

const frameNamed = (name: string) => `g.frame[name=${JSON.stringify(name)}]`;

testNeeding(
  [chromium],
  "the flame graph page draws, zooms, searches and measures",
  async () => {
    await withPage(SAMPLES, async (page) => {
      assert.equal(await textIn(page, "h1"), "run.mojo");
      assert.deepEqual(await shares(page), {
        "all": 100,
        "process 1": 100,
        "thread 1": 100,
        "main": 100,
        "load": 75,
        "save": 25,
      });

      await page.click(frameNamed("save"));
      await untilPage(page, `document.querySelectorAll("g.fade").length === 4`);
      assert.deepEqual((await drawnNames(page)).at(-1), "save");
      assert.equal((await shares(page))["save"], 100);
      await page.keyboard.press("Escape");
      await untilPage(page, `document.querySelectorAll("g.fade").length === 0`);

      await page.keyboard.press("/");
      await page.keyboard.type("/^LO/");
      assert.equal(await textIn(page, ".found"), "75.00 %");
      assert.equal((await page.$$("g.match")).length, 1);
      await page.keyboard.press("Escape");
      assert.equal((await page.$$("g.match")).length, 0);

      await page.click("button[name=byLine]");
      const { "load:20": first, "load:21": second } = await shares(page);
      assert.deepEqual([first, second], [60, 15]);
      await page.click("button[name=threads]");
      await page.click("button[name=processes]");
      assert.equal((await drawnNames(page)).length, 5);

      await page.select("select[name=metric]", "1");
      assert.equal((await shares(page))["load:21"], undefined);
      await page.select("select[name=metric]", "2");
      assert.match(await textIn(page, ".facts"), /^Memory gained 4.00 KiB/);
      assert.deepEqual((await drawnNames(page)).at(-1), "save:30");
    });
  },
);

testNeeding(
  [chromium],
  "the flame graph page is walked by keys, upside down and as a table",
  async () => {
    await withPage(SAMPLES, async (page) => {
      await untilFrameHasFocus(page);
      const focused = () =>
        page.evaluate("document.activeElement.getAttribute('name')");
      for (const key of ["Down", "Down", "Down", "Down", "Right"] as const) {
        await page.keyboard.press(`Arrow${key}`);
      }
      assert.equal(await focused(), "save");
      const label = await page.evaluate(
        "document.activeElement.getAttribute('aria-label')",
      );
      assert.match(
        String(label),
        /^save\n.*json\.py\n250 ms · 25\.00 % of all/,
      );
      assert.match(await textIn(page, ".look"), /^save.*250 ms/);
      await page.keyboard.press("ArrowLeft");
      assert.equal(await focused(), "load");
      await page.keyboard.press("Enter");
      await untilPage(page, `document.querySelectorAll("g.fade").length === 4`);
      await page.keyboard.press("Escape");

      // Frames move when the browser gets to it.
      const top = (name: string) =>
        `document.querySelector(${
          JSON.stringify(frameNamed(name))
        }).getBoundingClientRect().y`;
      await untilPage(page, `${top("all")} < ${top("load")}`);
      await page.click("button[name=flame]");
      await untilPage(page, `${top("all")} > ${top("load")}`);

      await page.click("button[name=dark]");
      const ground = () =>
        page.evaluate("getComputedStyle(document.body).backgroundColor");
      assert.equal(await ground(), "rgb(17, 19, 24)");
      await page.click("button[name=dark]");
      assert.equal(await ground(), "rgb(246, 247, 249)");

      await page.click("button[name=table]");
      const rows = await page.$$eval(
        "tbody tr",
        (rows) =>
          rows.map((row) => [...row.children].map((cell) => cell.textContent)),
      );
      assert.deepEqual(rows.map((row) => [row[1], row[3], row[4]]), [
        ["75.00 %", "75.00 %", "load"],
        ["25.00 %", "25.00 %", "save"],
        ["0.00 %", "100.00 %", "main"],
      ]);
      await page.click("thead button[name=total]");
      assert.equal(await textIn(page, "tbody td.function"), "main");
      await page.click("tbody button.link");
      assert.equal(await textIn(page, ".found"), "100.00 %");
    });
  },
);

testNeeding(
  [chromium],
  "the flame graph page saves what it shows as SVG",
  async () => {
    await withPage(SAMPLES, async (page, folder) => {
      const session = await page.createCDPSession();
      await session.send("Browser.setDownloadBehavior", {
        behavior: "allow",
        downloadPath: folder,
      });
      await page.click("button[name=svg]");
      const path = `${folder}/flame_graph.svg`;
      await until(() => Deno.stat(path).then(() => true, () => false));
      const picture = await Deno.readTextFile(path);
      assert.match(picture, /<title>load\n\/srv\/app\.py\n750 ms · 75\.00 %/);
      // The same as austin writes, but for the way up.
      const { code } = await austin(
        ["--from", `${folder}/run.mojo`, "-o", `${folder}/own.svg`],
      );
      assert.equal(code, 0);
      const titles = (svg: string) => svg.match(/<title>[^<]*/g);
      const own = await Deno.readTextFile(`${folder}/own.svg`);
      assert.deepEqual(titles(own), titles(picture));
    });
  },
);

testNeeding(
  [chromium],
  "the flame graph page shows hostile names as what they are",
  async () => {
    const names = [
      `</script><script>pwned=1</script>`,
      `<img src=x onerror="pwned=1">`,
      `"'&amp;\u202egnp.exe`,
      `__proto__`,
      `constructor`,
      `\u001b[2J`,
    ];
    const samples = names.map((name, i) =>
      plainSample({ frames: [lineFrame(name, name, i + 1)], timeUs: 100 })
    );
    await withPage(samples, async (page) => {
      for (const button of ["byLine", "table", "graph", "byFunction"]) {
        await page.click(`button[name=${button}]`);
      }
      const drawn = await drawnNames(page);
      for (const name of [names[0]!, names[1]!, "__proto__", "constructor"]) {
        assert.ok(drawn.includes(name), name);
      }
      assert.ok(drawn.includes(`"'&amp;\\u202egnp.exe`));
      assert.ok(drawn.includes("\\x1b[2J"));
      assert.equal(await page.evaluate("typeof pwned"), "undefined");
    });
  },
);

testNeeding(
  [chromium],
  "the flame graph page stays usable with a huge profile, and says what it merged",
  async () => {
    const samples = Array.from({ length: 60_000 }, (_, i) =>
      plainSample({
        frames: [i % 7, i % 101, i % 1_009, i].map((line, level) =>
          lineFrame(`m${level}.py`, `f${level}_${line}`, line)
        ),
        timeUs: 100 + i % 5,
      }));
    await withPage(samples, async (page) => {
      const { length } = await drawnNames(page);
      assert.ok(length > 500 && length < 10_000, `${length} frames`);
      assert.match(
        await textIn(page, ".look"),
        /^[\d,]+ nodes with little weight/,
      );
      await page.keyboard.press("/");
      await page.keyboard.type("f0_3");
      await untilPage(
        page,
        `document.querySelector(".found").textContent === "14.29 %"`,
      );
    });
  },
);

testNeeding(
  [chromium],
  "the flame graph page colours what has grown red and what has shrunk blue",
  async () => {
    await inFolder(async (folder) => {
      const base = [
        plainSample({ frames: [MAIN!, LOAD!], timeUs: 100_000 }),
        plainSample({ frames: [MAIN!, SAVE!], timeUs: 900_000 }),
      ];
      const path = `${folder}/difference.html`;
      const html = flameHtml(documentOf(SAMPLES, { base }), pageAsset());
      await Deno.writeTextFile(path, html);
      await openFile(path, async (page) => {
        const fill = async (name: string) => {
          const selector = `${frameNamed(name)} rect`;
          const script = `getComputedStyle(document.querySelector(${
            JSON.stringify(selector)
          })).fill.match(/[\\d.]+/g).map(Number)`;
          return await page.evaluate(script) as number[];
        };
        const [red = 0, , blue = 0] = await fill("load");
        assert.ok(red > blue + 50);
        const [red2 = 0, , blue2 = 0] = await fill("save");
        assert.ok(blue2 > red2 + 50);
        await page.hover(frameNamed("load"));
        assert.match(
          await textIn(page, ".tip"),
          /\+65\.00 points since the base/,
        );
      });
    });
  },
);
