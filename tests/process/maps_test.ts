import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addressOfOffset,
  hasCode,
  type Mapping,
  modulesOf,
  parseMaps,
} from "../../src/process/maps.ts";

const MAPS = `\
5600-5700 r--p 00000000 fe:00 108147                     /usr/bin/python3.8
5700-5800 r-xp 00000100 fe:00 108147                     /usr/bin/python3.8
5800-5900 rw-p 00000000 00:00 0                          [heap]
7f50153ed000-7f50153f1000 r--p 001cf000 fe:00 326269     /usr/lib/libc.so.6
7f50153f1000-7f5015400000 rw-p 00000000 00:00 0 
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0  [vsyscall]
`;

Deno.test("parseMaps() reads every line", () => {
  const mappings = parseMaps(MAPS);
  assert.equal(mappings.length, 6);
  assert.deepEqual(mappings[1], {
    start: 0x5700,
    end: 0x5800,
    permissions: "r-xp",
    offset: 0x100,
    device: "fe:00",
    inode: 108147,
    path: "/usr/bin/python3.8",
    deleted: false,
  });
  assert.deepEqual(mappings.map(({ path }) => path), [
    "/usr/bin/python3.8",
    "/usr/bin/python3.8",
    "[heap]",
    "/usr/lib/libc.so.6",
    "",
    "[vsyscall]",
  ]);
});

function pathOf(text: string): Pick<Mapping, "path" | "deleted"> {
  const line = `1000-2000 r-xp 00000000 fe:00 7                ${text}\n`;
  const { path, deleted } = parseMaps(line)[0]!;
  return { path, deleted };
}

Deno.test.each(
  [
    [
      "spaces in",
      "/home/a b/my  python3.8 ",
      "/home/a b/my  python3.8 ",
      false,
    ],
    ["a newline in", "/tmp/a\\012b", "/tmp/a\nb", false],
    ["a file deleted from", "/lib/x.so (deleted)", "/lib/x.so", true],
    ["a memory file as", "/memfd:python (deleted)", "/memfd:python", true],
  ] as const,
)("parseMaps() takes %s a path", (_, text, path, deleted) => {
  assert.deepEqual(pathOf(text), { path, deleted });
});

Deno.test("parseMaps() leaves out a line that was cut off", () => {
  const cut = MAPS.slice(0, MAPS.indexOf(" fe:00 326269"));
  assert.equal(parseMaps(cut).length, 3);
});

/** Any bytes as characters, mostly none that mean something. */
const anyText = fc.uint8Array().map((bytes) => String.fromCharCode(...bytes));

Deno.test("parseMaps() and modulesOf() take any text", () => {
  fc.assert(fc.property(anyText, (text) => {
    modulesOf(parseMaps(text));
    modulesOf(parseMaps(MAPS + text));
  }));
});

Deno.test("modulesOf() groups the mappings of each file", () => {
  const modules = modulesOf(parseMaps(MAPS));
  assert.deepEqual(
    modules.map(({ path, inode, mappings }) => [path, inode, mappings.length]),
    [["/usr/bin/python3.8", 108147, 2], ["/usr/lib/libc.so.6", 326269, 1]],
  );
});

Deno.test("modulesOf() tells a replaced file from the one that took its path", () => {
  const modules = modulesOf(parseMaps(`\
1000-2000 r-xp 00000000 fe:00 7 /lib/x.so (deleted)
3000-4000 r-xp 00000000 fe:00 8 /lib/x.so
`));
  assert.deepEqual(
    modules.map(({ inode, deleted }) => [inode, deleted]),
    [[7, true], [8, false]],
  );
});

Deno.test("hasCode() tells images from data", () => {
  const modules = modulesOf(parseMaps(MAPS));
  assert.deepEqual(modules.map(hasCode), [true, false]);
});

Deno.test("addressOfOffset() finds a byte of the file, if it is mapped", () => {
  const [executable] = modulesOf(parseMaps(MAPS));
  const { mappings } = executable!;
  assert.equal(addressOfOffset(mappings, 0), 0x5600);
  assert.equal(addressOfOffset(mappings, 0x123), 0x5723);
  assert.equal(addressOfOffset(mappings, 0x1ff), 0x57ff);
  assert.equal(addressOfOffset(mappings, 0x200), null);
});
