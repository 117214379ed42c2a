import assert from "node:assert/strict";
import { flameHtml } from "../../../src/formats/flame_graph/html.ts";
import type { FlameDocument } from "../../../src/formats/flame_graph/document.ts";
import { documentOf } from "../../support/flame_profile.ts";
import { lineFrame, plainSample } from "../../support/profile.ts";

const ASSET = {
  script: "run()",
  style: "a{}",
  scriptHash: "sha256-1",
  styleHash: "sha256-2",
};

const HOSTILE = `</script><!--<script>"'&\u2028`;

function pageOf(name: string): string {
  const frames = [lineFrame(name, name, 1)];
  const samples = [plainSample({ frames, timeUs: 1 })];
  return flameHtml(documentOf(samples, { title: name }), ASSET);
}

Deno.test("flameHtml() holds names that cannot leave their place", () => {
  const html = pageOf(HOSTILE);
  assert.equal(html.match(/<script/g)?.length, 2);
  assert.equal(html.match(/<\/script>/g)?.length, 2);
  assert.ok(!html.includes("<!--"));
  const [, json = ""] = /id="document">(.*)<\/script>/.exec(html) ?? [];
  const { names } = JSON.parse(json) as FlameDocument;
  assert.deepEqual(names, [`</script><!--<script>"'&\\u2028`]);
});

Deno.test("flameHtml() asks for nothing, and forbids itself to", () => {
  const html = pageOf("a.py");
  const links = html.match(/(?:https?:)?\/\/[^\s"']+/g);
  assert.deepEqual(links, ["http://www.w3.org/2000/svg"]);
  assert.match(html, /default-src 'none'; script-src 'sha256-1'/);
});
