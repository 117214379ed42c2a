/**
 * What is built for macOS: a Mach-O that holds all of it in a section, below a
 * signature that covers every byte. arm64 runs nothing unsigned.
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { crossCompiler, nativeTargets } from "../../scripts/build_native.ts";
import type { Launched } from "../../scripts/pack/launched.ts";
import { buildLauncher } from "../../scripts/pack/macos.ts";
import { zig } from "../../scripts/zig.ts";
import { bytesSource } from "../../src/binary/byte_source.ts";
import { MachoCpu, parseMacho } from "../../src/binary/macho.ts";
import { inFolder } from "../support/folder.ts";

/** Beyond a page of a signature. */
const runtime = crypto.getRandomValues(new Uint8Array(50_001));

const launched: Launched = {
  arguments: ["run"],
  settings: [],
  hiddenVariables: ["DENO_"],
  hiddenPrefix: "X_",
  answers: {},
  runtime: { name: "deno", bytes: runtime },
  program: [
    { name: "loader.js", bytes: runtime.slice(0, 10) },
    { name: "libaustin.dylib", bytes: runtime.slice(0, 11) },
    { name: "austin.js", bytes: runtime.slice(0, 12) },
  ],
};

const CPUS = {
  "x86_64-apple-darwin": MachoCpu.x86_64,
  "aarch64-apple-darwin": MachoCpu.aarch64,
} as const;

for (const [triple, cpu] of Object.entries(CPUS)) {
  Deno.test(`the launcher for ${triple} has all that it launches`, () =>
    inFolder(async (folder) => {
      const output = `${folder}/austin`;
      const row = nativeTargets.find((row) => row.triple === triple)!;
      const compiler = crossCompiler(row, await zig());
      await buildLauncher(launched, { compiler, format: "macho", output });
      const bytes = await Deno.readFile(output);
      const image = parseMacho(bytesSource(bytes))!;
      assert.equal(image.cpu, cpu);
      const section = image.sections.find(({ name }) => name === "__austin")!;
      assert.equal(section.segment, "__TEXT");
      const begin = Buffer.from(bytes).indexOf(runtime);
      assert.ok(begin > 0);
      checkSignature(bytes, triple.startsWith("aarch64"));
    }));
}

const LC_CODE_SIGNATURE = 0x1d;
const HEADER_SIZE = 32;

/** XNU osfmk/kern/cs_blobs.h; all of a signature is big-endian. */
const CSMAGIC_EMBEDDED_SIGNATURE = 0xfade0cc0;
const CSMAGIC_CODEDIRECTORY = 0xfade0c02;
const CS_ADHOC = 0x2;
const HASH_SIZE = 32;

/** Hashes every page anew. */
function checkSignature(bytes: Uint8Array, isNeeded: boolean): void {
  const place = signaturePlace(bytes);
  if (place === null) return assert.ok(!isNeeded);
  const [start, size] = place;
  assert.equal(start + size, bytes.length);
  const view = new DataView(bytes.buffer, start, size);
  assert.equal(view.getUint32(0), CSMAGIC_EMBEDDED_SIGNATURE);
  // The first of its blobs, behind magic, length and count: type and offset.
  const at = view.getUint32(16);
  assert.equal(view.getUint32(at), CSMAGIC_CODEDIRECTORY);
  assert.ok(view.getUint32(at + 12) & CS_ADHOC);
  const [hashes, , slots, limit] = [16, 20, 28, 32].map((field) =>
    view.getUint32(at + field)
  );
  assert.equal(limit, start);
  assert.equal(view.getUint8(at + 36), HASH_SIZE);
  const pageSize = 1 << view.getUint8(at + 39);
  assert.equal(slots, Math.ceil(start / pageSize));
  for (let i = 0; i < slots!; i++) {
    const end = Math.min((i + 1) * pageSize, start);
    const page = bytes.subarray(i * pageSize, end);
    const found = start + at + hashes! + i * HASH_SIZE;
    assert.deepEqual(
      bytes.slice(found, found + HASH_SIZE),
      new Uint8Array(createHash("sha256").update(page).digest()),
      `page ${i}`,
    );
  }
}

/** @returns offset and size of the signature; null when there is none. */
function signaturePlace(bytes: Uint8Array): [number, number] | null {
  const view = new DataView(bytes.buffer);
  let at = HEADER_SIZE;
  for (let left = view.getUint32(16, true); left > 0; left--) {
    if (view.getUint32(at, true) === LC_CODE_SIGNATURE) {
      return [view.getUint32(at + 8, true), view.getUint32(at + 12, true)];
    }
    at += view.getUint32(at + 4, true);
  }
  return null;
}
