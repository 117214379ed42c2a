import assert from "node:assert/strict";
import { helpText, usageText } from "../../src/cli/help.ts";
import { austinTable } from "../../src/cli/options.ts";
import * as austin37 from "./austin_3_7.ts";

Deno.test("helpText() of austin", async (t) => {
  await t.assertSnapshot(helpText(austinTable));
});

Deno.test("usageText() of austin", async (t) => {
  await t.assertSnapshot(usageText(austinTable));
});

Deno.test("usageText() wraps as argp does", () => {
  assert.equal(usageText(austin37.table), austin37.usage);
});

Deno.test("usageText() does not depend on the order of the table", () => {
  const options = austin37.table.options.slice(0, 14).reverse();
  const requests = austin37.table.options.slice(14);
  const table = { ...austin37.table, options: [...requests, ...options] };
  assert.equal(usageText(table), austin37.usage);
});

Deno.test("helpText() keeps within 79 columns", () => {
  for (const line of helpText(austinTable).split("\n")) {
    assert.ok(line.length <= 79, line);
  }
});

Deno.test("helpText() and usageText() have every option", () => {
  for (const { long } of austinTable.options) {
    assert.match(helpText(austinTable), new RegExp(` --${long}\\b`));
    assert.match(usageText(austinTable), new RegExp(`\\[--${long}\\b`));
  }
});

Deno.test("helpText() tells the defaults", () => {
  assert.match(helpText(austinTable), /Default: 100us;/);
  assert.match(helpText(austinTable), /Default: 1s\./);
});

Deno.test("helpText() and usageText() go by the name that they are given", () => {
  assert.match(helpText(austinTable, "aus"), /^Usage: aus \[OPTION/);
  assert.match(usageText(austinTable, "aus"), /^Usage: aus \[-/);
});

Deno.test("helpText() puts help below an option that leaves no room for it", () => {
  const table = {
    ...austinTable,
    options: [{
      long: "a-very-long-option-name",
      kind: "file",
      argument: "FILE",
      group: "G",
      help: "Help.",
    }],
    epilogue: [],
  } as const;
  assert.match(
    helpText(table),
    /\n {6}--a-very-long-option-name=FILE\n {29}Help\.\n$/,
  );
});

Deno.test("austinTable has each name once, and groups in one piece", () => {
  const { options } = austinTable;
  const shorts = options.flatMap((option) =>
    "short" in option ? [option.short] : []
  );
  assert.equal(new Set(shorts).size, shorts.length);
  assert.equal(new Set(options.map(({ long }) => long)).size, options.length);
  const groups = options.map(({ group }) => group);
  const starts = groups.filter((group, index) => group !== groups[index - 1]);
  assert.equal(new Set(groups).size, starts.length);
});
