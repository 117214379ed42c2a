import assert from "node:assert/strict";
import { CHEAT_SHEET, convertSheet } from "../../scripts/cheat_sheet.ts";
import { cheatSheet } from "../../scripts/docs/cheat_sheet.ts";
import { root } from "../../scripts/tree.ts";
import { austinTable } from "../../src/cli/options.ts";
import { chromium, openPage, withBrowser } from "../support/chromium.ts";
import { inFolder } from "../support/folder.ts";
import { testNeeding, tool } from "../support/needs.ts";

const readme = await Deno.readTextFile(`${root}/README.md`);
const sheet = await Deno.readTextFile(`${root}/${CHEAT_SHEET}`);

Deno.test("the cheat sheet has every option", () => {
  for (const { long } of austinTable.options) {
    assert.match(sheet, new RegExp(`--${long}[=<]`), long);
  }
});

Deno.test("cheatSheet() refuses more than a page holds", () => {
  const options = Array(3).fill(austinTable.options).flat();
  const table = { ...austinTable, options };
  assert.throws(
    () => cheatSheet(table, { readme, version: "1" }),
    /does not fit on a page/,
  );
});

/** Texts of the sheet that stand in no card, or below the title on no card at all; evaluated in the browser. */
const STRAY = `(() => {
  const [page, ...cards] = [...document.querySelectorAll("rect")]
    .map((rect) => rect.getBoundingClientRect());
  const holds = (outer, inner) => outer.left <= inner.left &&
    inner.right <= outer.right && outer.top <= inner.top &&
    inner.bottom <= outer.bottom + 1;
  const texts = [...document.querySelectorAll("text")];
  const boxes = texts.map((text) => text.getBoundingClientRect());
  const strays = texts.filter((_, i) => i < 3
    ? !holds(page, boxes[i])
    : !cards.some((card) => holds(card, boxes[i])));
  const covers = texts.filter((_, i) => boxes.some((other, j) => j > i &&
    boxes[i].right > other.left + 1 && other.right > boxes[i].left + 1 &&
    boxes[i].bottom > other.top + 4 && other.bottom > boxes[i].top + 4));
  return [texts.length, [...strays, ...covers].map((text) => text.textContent)];
})()`;

testNeeding(
  [chromium],
  "in a browser every text of the cheat sheet is in its card, and on no other",
  async () => {
    await withBrowser(async (browser) => {
      const { page } = await openPage(browser, `file://${root}/${CHEAT_SHEET}`);
      const [count, strays] = await page.evaluate(STRAY) as [number, string[]];
      assert.ok(count > 100);
      assert.deepEqual(strays, []);
    });
  },
);

testNeeding(
  [tool("rsvg-convert")],
  "the cheat sheet is one landscape page of A4, and a picture",
  async () => {
    await inFolder(async (folder) => {
      await convertSheet(folder);
      const pdf = await Deno.readTextFile(`${folder}/cheat_sheet.pdf`);
      assert.equal(pdf.match(/\/Type \/Page\b/g)?.length, 1);
      const [, width, height] = /\/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)/.exec(
        pdf,
      )!;
      assert.deepEqual(
        [width, height].map((side) => Math.round(Number(side))),
        [842, 595],
      );
      const png = new DataView(
        (await Deno.readFile(`${folder}/cheat_sheet.png`)).buffer,
      );
      assert.deepEqual([png.getUint32(16), png.getUint32(20)], [1754, 1241]);
    });
  },
);
