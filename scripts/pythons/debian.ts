/**
 * CPythons from another Debian suite than the machine's own, unpacked with every library they need into a root tree.
 *
 * ```
 * debian-sid/usr/            bin/python3.15, lib/… as packaged
 * debian-sid/tmp/            where Python.install puts scripts
 * debian-sid/versions.json   the versions in this tree
 * ```
 */

import { join } from "node:path";
import { type Foreign, privateApt, unpackRoot } from "./apt.ts";
import { ensureFolder } from "./cache.ts";
import { probe, type Python, type Version } from "./python.ts";
import { run } from "./run.ts";
import type { Source } from "./source.ts";

/** Lists the versions in a tree. */
const MANIFEST = "versions.json";

/** Where packages come from, if not from the machine's mirror for the machine. */
export interface Origin extends Foreign {
  /** Distribution that the suite is of; default `debian`. */
  readonly distribution?: string;
}

/**
 * @param suite a Debian suite, such as `"sid"`.
 * @param versions what to unpack from it, together, as far as the suite has it.
 */
export function debian(
  suite: string,
  versions: readonly Version[],
  origin: Origin = {},
): Source {
  const { distribution = "debian", architecture } = origin;
  const parts = [distribution, suite, architecture];
  const name = parts.filter((part) => part !== undefined).join("-");
  return {
    name,
    async find(version: Version, cache: string): Promise<Python> {
      const root = join(cache, name);
      await ensureFolder(root, {
        isWhole: everyVersionStarts,
        fill: (root) => fillRoot(root, suite, versions, origin),
      });
      const had = await unpackedVersions(root);
      if (!had.includes(version)) throw new Error(`${name} has no ${version}`);
      return await interpreter(root, name, version);
    },
  };
}

/** The versions that the suite had when the tree was made. */
async function unpackedVersions(root: string): Promise<Version[]> {
  return JSON.parse(await Deno.readTextFile(join(root, MANIFEST)));
}

async function everyVersionStarts(root: string): Promise<boolean> {
  try {
    const versions = await unpackedVersions(root);
    await Promise.all(
      versions.map((version) => interpreter(root, "", version)),
    );
    return true;
  } catch {
    return false;
  }
}

/** Enters the tree by `chroot`, or where that is not permitted runs it through the tree's own dynamic linker. */
async function interpreter(
  root: string,
  source: string,
  version: Version,
): Promise<Python> {
  const inside = `/usr/bin/python${version}`;
  try {
    return await probe({
      version,
      source,
      command: ["chroot", root, inside],
      root,
    });
  } catch {
    const [linker, libraries] = await dynamicLinker(root);
    const command = [linker, "--library-path", libraries, join(root, inside)];
    return await probe({ version, source, command, root: "" });
  }
}

async function dynamicLinker(
  root: string,
): Promise<[linker: string, libraries: string]> {
  const lib = join(root, "usr/lib");
  for await (const { name: triplet } of Deno.readDir(lib)) {
    if (!triplet.includes("-linux-gnu")) continue;
    for await (const { name } of Deno.readDir(join(lib, triplet))) {
      if (name.startsWith("ld-linux")) {
        return [join(lib, triplet, name), join(lib, triplet)];
      }
    }
  }
  throw new Error(`no dynamic linker in "${lib}"`);
}

async function fillRoot(
  root: string,
  suite: string,
  versions: readonly Version[],
  origin: Origin,
): Promise<void> {
  const work = await Deno.makeTempDir({ prefix: "austin-apt-" });
  try {
    const apt = await privateApt(work, suite, origin);
    const known = new Set(
      (await apt("apt-cache", "pkgnames", "python3.")).split("\n"),
    );
    const had = versions.filter((version) => known.has(`python${version}`));
    const packages = had.map((version) => `python${version}`);
    await apt(
      "apt-get",
      "install",
      "-y",
      "--download-only",
      "--no-install-recommends",
      ...packages,
    );
    await unpackRoot(join(work, "archives"), root);
    await Promise.all(had.map((version) => importAll(root, version)));
    await Deno.writeTextFile(join(root, MANIFEST), JSON.stringify(had));
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Shows that the libraries are all there. */
async function importAll(root: string, version: Version): Promise<void> {
  const python = await interpreter(root, "", version);
  await run([...python.command, "-c", "import asyncio, ctypes, ssl"]);
}
