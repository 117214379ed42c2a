import assert from "node:assert/strict";
import { FrameTable } from "../../../src/events/frame_table.ts";
import type { CreateSink } from "../../../src/formats/format.ts";
import { createHeatmap } from "../../../src/formats/heatmap/heatmap.ts";
import { SAMPLES } from "../../support/formats.ts";
import { inFolder } from "../../support/folder.ts";
import { lineFrame, plainSample, writeProfile } from "../../support/profile.ts";

/** @returns the pages, by name. */
function heatmap(
  samples: Parameters<typeof writeProfile>[0],
  metrics: "time" | "full" = "time",
): Map<string, string> {
  const pages = new Map<string, string>();
  const decoder = new TextDecoder();
  const folder = {
    write: (name: string, bytes: Uint8Array) =>
      void pages.set(name, decoder.decode(bytes)),
  };
  const format: CreateSink = (_, frames: FrameTable, options) =>
    createHeatmap(folder, frames, options);
  writeProfile(samples, { format, metrics });
  return pages;
}

Deno.test("createHeatmap() makes a page for each file, the hottest first", () => {
  const pages = heatmap(SAMPLES);
  assert.deepEqual([...pages.keys()], [
    "index.html",
    "0001-w_rk.py.html",
    "0002-main.py.html",
  ]);
  assert.match(
    pages.get("index.html")!,
    /href="0001-w_rk.py.html">\/app\/wörk/,
  );
});

Deno.test("createHeatmap() shows lines that took something of a source that is not there", () => {
  const page = heatmap(SAMPLES).get("0001-w_rk.py.html")!;
  assert.match(page, /not on this machine/);
  assert.match(page, /id="L5".*0\.3 ms.*\n<tr id="L6"/);
});

Deno.test("createHeatmap() shades expressions of a source, and escapes all of it", () =>
  inFolder(async (folder) => {
    const file = `${folder}/a<b.py`;
    await Deno.writeTextFile(file, "x = '</td><script>'\ny = f(x)\n");
    const frame = { ...lineFrame(file, "<module>", 2), endLine: 2 };
    const samples = [
      plainSample({
        frames: [{ ...frame, column: 5, endColumn: 9 }],
        timeUs: 2000,
      }),
    ];
    const pages = heatmap(samples);
    const page = pages.get("0001-a_b.py.html")!;
    assert.match(page, /x = '&lt;\/td&gt;&lt;script&gt;'/);
    assert.match(page, /y = <span style="--o0:1.000[^>]*>f\(x\)<\/span>/);
    assert.match(page, /Wall time: 2\.0 ms own, 2\.0 ms total/);
    assert.doesNotMatch([...pages.values()].join(), /<script/);
  }));

Deno.test("createHeatmap() reads nothing but Python sources", () =>
  inFolder(async (folder) => {
    const secret = `${folder}/secret.txt`;
    await Deno.writeTextFile(secret, "a secret");
    await Deno.mkdir(`${folder}/folder.py`);
    const samples = [secret, `${folder}/folder.py`, "/dev/zero"].map((file) =>
      plainSample({ frames: [lineFrame(file, "f", 1)], timeUs: 1 })
    );
    assert.doesNotMatch([...heatmap(samples).values()].join(), /a secret/);
  }));
