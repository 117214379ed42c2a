import assert from "node:assert/strict";
import { detectFormat } from "../../src/formats/detect.ts";
import { ProfileError } from "../../src/formats/profile_error.ts";
import { readPlain } from "../support/profile.ts";

const cases: readonly (readonly [head: string, format: string | null])[] = [
  ["MOJ\x03\x01austin\x003.7.0", "mojo"],
  ["MOJ\x09", "mojo"],
  ["# austin: 3.7.0\n", "collapsed"],
  ["# map: 7f0a-7f0b", "collapsed"],
  ["\n\nP1;T0:1;a.py:f", "collapsed"],
  ["P123456;T0:12345", "collapsed"],
  ["\ufeff# austin: 3.7.", "collapsed"],
  ["Python", null],
  ['{"$schema": "htt', null],
  ["\x1f\x8b\x08", null],
  ["", null],
];

for (const [head, format] of cases) {
  Deno.test(`detectFormat() takes ${JSON.stringify(head)} for ${format}`, () => {
    assert.equal(detectFormat(new TextEncoder().encode(head)), format);
  });
}

Deno.test("readProfile() says that a file is empty", () => {
  const { error } = readPlain(new Uint8Array(0));
  assert.ok(error instanceof ProfileError);
  assert.equal(error.message, "Cannot read the profile: it is empty at byte 0");
});

Deno.test("readProfile() says that a file is no profile", () => {
  const { error } = readPlain(new TextEncoder().encode("x".repeat(100)));
  assert.ok(error instanceof ProfileError);
  assert.equal(
    error.message,
    "Cannot read the profile: it is none of a known format at byte 0",
  );
});
