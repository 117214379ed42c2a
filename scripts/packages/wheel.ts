/**
 * Wheels for PyPI: `pip install austin-dist` puts `austin` on the PATH. There
 * is no Python in them, so one fits every interpreter of its platform.
 * Binary distribution format, packaging.python.org
 */

import { type Zippable, zipSync } from "fflate";
import { NOTICES } from "../notices.ts";
import { description } from "./description.ts";
import { installedFiles } from "./installed.ts";
import type { Build, PackageContext } from "./package.ts";

const { name, distribution, version } = description;
const base = `${distribution.replaceAll("-", "_")}-${version}`;

/** Unix modes of regular files, in the upper half of a zip entry's attributes. */
const EXECUTABLE = 0o100755 << 16;
const READABLE = 0o100644 << 16;

/** A wheel holds no links, so the second name is a script. */
const AUSTINP = `#!/bin/sh
exec "$(dirname -- "$0")/austin" --native "$@"
`;

/** Makes a wheel for each platform. */
export async function makeWheels(context: PackageContext): Promise<void> {
  for (const build of context.builds) await makeWheel(context, build);
}

async function makeWheel(
  { root, folder, compression }: PackageContext,
  { platform, program }: Build,
): Promise<void> {
  const files = new Map<string, { bytes: Uint8Array; mode: number }>();
  const add = (path: string, bytes: Uint8Array | string, mode = READABLE) =>
    files.set(path, {
      bytes: typeof bytes === "string" ? encoder.encode(bytes) : bytes,
      mode,
    });
  const info = `${base}.dist-info`;
  const isWindows = platform.name.startsWith("windows");
  const scripts = `${base}.data/scripts`;
  const exe = await Deno.readFile(program);
  add(`${scripts}/${name}${isWindows ? ".exe" : ""}`, exe, EXECUTABLE);
  if (!isWindows) {
    add(`${scripts}/austinp`, AUSTINP, EXECUTABLE);
    for (const file of installedFiles(program, root)) {
      // The licence is with the wheel's own description.
      const isShared = /^share\/(?!doc\/)/.test(file.path);
      if (!isShared || "linkTo" in file) continue;
      add(`${base}.data/data/${file.path}`, await Deno.readFile(file.from));
    }
  }
  add(`${info}/licenses/LICENSE`, await Deno.readFile(`${root}/LICENSE`));
  add(
    `${info}/licenses/NOTICES.txt`,
    await Deno.readFile(`${root}/${NOTICES}`),
  );
  add(
    `${info}/METADATA`,
    metadata(await Deno.readTextFile(`${root}/README.md`)),
  );
  add(`${info}/WHEEL`, wheelFile(platform.wheelTag));
  const record = `${info}/RECORD`;
  const lines = await Promise.all(
    Array.from(files, ([path, { bytes }]) => recordLine(path, bytes)),
  );
  add(record, [...lines, `${record},,`, ""].join("\n"));
  const path = `${folder}/${base}-py3-none-${platform.wheelTag}.whl`;
  await Deno.writeFile(path, zipSync(zippable(files), { level: compression }));
}

const encoder = new TextEncoder();

function zippable(
  files: Map<string, { bytes: Uint8Array; mode: number }>,
): Zippable {
  const entries = Array.from(files, ([path, { bytes, mode }]) => {
    // 3 is Unix, whose modes the attributes are.
    const options = { os: 3, attrs: mode, mtime: "1980-01-01T00:00:00" };
    return [path, [bytes, options]];
  });
  return Object.fromEntries(entries);
}

/** Core metadata 2.4, packaging.python.org */
function metadata(readme: string): string {
  const { summary, license, homepage, issues, keywords } = description;
  return [
    "Metadata-Version: 2.4",
    `Name: ${distribution}`,
    `Version: ${version}`,
    `Summary: ${summary}`,
    `License-Expression: ${license}`,
    "License-File: LICENSE",
    "License-File: NOTICES.txt",
    `Keywords: ${keywords.join(",")}`,
    `Project-URL: Homepage, ${homepage}`,
    `Project-URL: Issues, ${issues}`,
    "Classifier: Environment :: Console",
    "Classifier: Intended Audience :: Developers",
    "Classifier: Programming Language :: Python :: 3",
    "Classifier: Topic :: Software Development :: Debuggers",
    "Requires-Python: >=3.8",
    "Description-Content-Type: text/markdown",
    "",
    readme,
  ].join("\n");
}

function wheelFile(tag: string): string {
  return [
    "Wheel-Version: 1.0",
    `Generator: ${name} ${version}`,
    "Root-Is-Purelib: false",
    `Tag: py3-none-${tag}`,
    "",
  ].join("\n");
}

async function recordLine(path: string, bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes.slice());
  const text = new Uint8Array(digest).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  return `${path},sha256=${text},${bytes.length}`;
}
