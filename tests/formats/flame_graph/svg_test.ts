import assert from "node:assert/strict";
import { escapeXml, flameSvg } from "../../../src/formats/flame_graph/svg.ts";
import { WHOLE } from "../../../src/formats/flame_graph/view_tree.ts";
import { documentOf } from "../../support/flame_profile.ts";
import { lineFrame, plainSample } from "../../support/profile.ts";
import { run } from "../../support/program.ts";
import { testNeeding, tool } from "../../support/needs.ts";

const LOOK = { theme: "light", isIcicle: true, zoom: [] } as const;

const HOSTILE = `</title><script>alert("1")</script>'&]]>\u0000\ufffe`;

/** What an XML parser that is not ours finds. */
const READER = `
import json, sys, xml.etree.ElementTree as ET
ns = "{http://www.w3.org/2000/svg}"
root = ET.fromstring(sys.stdin.buffer.read())
print(json.dumps({
  "titles": [g.find(ns + "title").text for g in root.iter(ns + "g")],
  "widths": [float(g.find(ns + "rect").get("width")) for g in root.iter(ns + "g")],
  "tags": sorted({e.tag.removeprefix(ns) for e in root.iter()}),
}))
`;

interface Read {
  readonly titles: readonly string[];
  readonly widths: readonly number[];
  readonly tags: readonly string[];
}

async function readSvg(svg: string): Promise<Read> {
  const file = await Deno.makeTempFile({ suffix: ".svg" });
  try {
    await Deno.writeTextFile(file, svg);
    const shell = 'python3 -c "$1" < "$2"';
    const { code, stdout, stderr } = await run(
      ["sh", "-c", shell, "sh", READER, file],
    );
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Read;
  } finally {
    await Deno.remove(file);
  }
}

testNeeding(
  [tool("python3")],
  "flameSvg() is XML with a title for each frame, wide as its share",
  async () => {
    const samples = [
      plainSample({ frames: [lineFrame("a.py", "f", 1)], timeUs: 750_000 }),
      plainSample({ frames: [lineFrame("a.py", HOSTILE, 2)], timeUs: 250_000 }),
    ];
    const document = documentOf(samples, { title: HOSTILE });
    const { titles, widths, tags } = await readSvg(
      flameSvg(document, WHOLE, LOOK),
    );
    assert.deepEqual(tags, ["g", "rect", "svg", "text", "title"]);
    const f = titles.findIndex((title) => title.startsWith("f\n"));
    assert.equal(titles[f], "f\na.py\n750 ms · 75.00 % of all · 750 ms own");
    assert.ok(Math.abs(widths[f]! / widths[0]! - 0.75) < 0.01);
    assert.ok(titles.some((title) => title.includes("</title><script>")));
  },
);

Deno.test("flameSvg() says what it does not draw", () => {
  const samples = Array.from(
    { length: 5_000 },
    (_, i) =>
      plainSample({ frames: [lineFrame("a.py", `f${i}`, 1)], timeUs: 1 }),
  );
  const svg = flameSvg(documentOf(samples, { limit: 4_000 }), WHOLE, LOOK);
  assert.match(svg, /1003 rare stack nodes merged, 3997 frames too narrow/);
});

Deno.test("flameSvg() gives the whole width to a frame that is zoomed to", () => {
  const samples = [1, 2].map((line) =>
    plainSample({ frames: [lineFrame("a.py", `f${line}`, line)], timeUs: line })
  );
  const document = documentOf(samples);
  const zoom = ["process 1", "thread 1 0", "f1\0a.py"];
  const svg = flameSvg(document, WHOLE, { ...LOOK, zoom });
  assert.ok(!svg.includes(">f2\n"));
  assert.equal(svg.match(/width="1179\.50"/g)?.length, 4);
});

Deno.test("escapeXml() leaves nothing that XML or HTML could take for its own", () => {
  assert.equal(
    escapeXml(`<a b='c' d="e">&\u0001\ud800`),
    "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;\ufffd\ufffd",
  );
});
