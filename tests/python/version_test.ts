import assert from "node:assert/strict";
import fc from "fast-check";
import {
  describe,
  formatVersion,
  isSupported,
  type Version,
  versionOfBanner,
  versionOfFileName,
  versionOfHex,
} from "../../src/python/version.ts";

function text(version: Version | null): string | null {
  return version && formatVersion(version);
}

Deno.test.each([
  [0x030c01f0, "3.12.1"],
  [0x030d12f0, "3.13.18"],
  [0x030f00a3, "3.15.0"],
  [0x031000a0, "3.16.0"],
  [0, null],
  [0x7f454c46, null],
])("versionOfHex() of %d", (hex, expected) => {
  assert.equal(text(versionOfHex(hex)), expected);
});

Deno.test("versionOfHex() keeps the number itself", () => {
  assert.equal(versionOfHex(0x030c01f0)?.hex, 0x030c01f0);
});

Deno.test.each([
  ["3.8.18 (default, Dec  1 2023, 12:00:00) \n[GCC 12.2.0]", "3.8.18"],
  ["3.13.0 (main, Oct  7 2024, 05:02:14) [Clang 18.1.8 ]", "3.13.0"],
  ["3.13.0rc2 (main, Oct  7 2024, 05:02:14) [GCC 14]", "3.13.0"],
  ["3.9.18+ (heads/3.9-dirty:abc, Oct  7 2024, 05:02:14) \n[GCC 14]", "3.9.18"],
  ["2.7.18 |Anaconda, Inc.| (default, Apr 1 2021, 1:2:3) \n[GCC 7]", "2.7.18"],
  [
    "3.14.0 free-threading build (main, Oct 7 2025, 1:2:3) [MSC v.1944 64 bit (AMD64)]",
    "3.14.0",
  ],
  ["\0\0\xff3.10.13 (main, May  9 2026, 07:34:19) [GCC 12.2.0]\0\0", "3.10.13"],
  ["version 3.8.18 of something (really)", null],
  ["3.8.18 (default,\0 Dec  1 2023) [GCC", null],
  ["7.8.18 (default, Dec  1 2023, 12:00:00) \n[GCC 12.2.0]", null],
  ["", null],
])("versionOfBanner() of %s", (banner, expected) => {
  assert.equal(text(versionOfBanner(banner)), expected);
});

Deno.test("versionOfBanner() takes time in proportion to hostile text", () => {
  const text = "3.8.1 (".repeat(500_000);
  const start = performance.now();
  assert.equal(versionOfBanner(text), null);
  assert(performance.now() - start < 5_000);
});

Deno.test.each([
  ["/usr/lib/libpython3.8.so.1.0", "3.8.?"],
  ["/usr/lib/libpython3.6m.so.1.0", "3.6.?"],
  ["/usr/lib/libpython3.13t.so.1.0", "3.13.?"],
  ["/usr/lib/libpython2.7.so", "2.7.?"],
  ["/usr/bin/python3.10", "3.10.?"],
  ["/usr/bin/python3.6m", "3.6.?"],
  ["/opt/python3.10.13/bin/python3.10.13", "3.10.13"],
  ["/usr/bin/python3.11-dbg", "3.11.?"],
  ["python3.14t", "3.14.?"],
  ["/usr/bin/python3", null],
  ["/usr/lib/libpython3.so", null],
  ["/usr/lib/python3.8/lib-dynload/_ssl.cpython-38-x86_64-linux-gnu.so", null],
  ["/opt/python3.8/bin/gunicorn", null],
  ["", null],
])("versionOfFileName() of %s", (path, expected) => {
  assert.equal(text(versionOfFileName(path)), expected);
});

/** Any bytes as characters, mostly none that mean something. */
const anyText = fc.uint8Array().map((bytes) => String.fromCharCode(...bytes));

Deno.test("versionOfFileName() and versionOfBanner() take any text", () => {
  fc.assert(fc.property(anyText, (text) => {
    versionOfFileName(text);
    versionOfBanner(text);
  }));
});

Deno.test.each([
  [2, 7, false],
  [3, 7, false],
  [3, 8, true],
  [3, 15, true],
  [3, 16, false],
])("isSupported() of %d.%d", (major, minor, expected) => {
  assert.equal(isSupported({ major, minor, micro: 1 }), expected);
});

Deno.test("describe() leaves out a micro that is not known", () => {
  assert.equal(describe({ major: 3, minor: 8, micro: null }), "Python 3.8");
  assert.equal(describe({ major: 3, minor: 8, micro: 2 }), "Python 3.8.2");
});
