/**
 * Folders to chroot into, with the C library of some Debian release and
 * nothing else, or with its Python as well: what the packed file needs, and
 * whether it runs with an older and a newer one than this machine's.
 *
 * The packages come from the mirror that this machine uses; the folders are
 * kept in `.cache/roots/`.
 */

import { privateApt, unpackRoot } from "../../scripts/pythons/apt.ts";
import { ensureFolder } from "../../scripts/pythons/cache.ts";
import { root } from "../../scripts/tree.ts";
import { type Need, tool } from "./needs.ts";

/** The C library, and what throws C++ exceptions. */
const PACKAGES = ["libc6", "libgcc-s1"];

/** All that {@linkcode debianRoot} needs. */
export const debianPackages: readonly Need[] = [
  tool("apt-get"),
  tool("dpkg-deb"),
];

/**
 * @param suite `bullseye`, `sid` …
 * @param python a package to have as well, with all that it depends on.
 * @param architecture Debian's name of one; default the machine's own.
 * @returns the path of a folder with `proc` and `austin` to mount on.
 */
export async function debianRoot(
  suite: string,
  python?: string,
  architecture?: string,
): Promise<string> {
  const name = [suite, python, architecture].filter((part) => part).join("-");
  const place = `${root}/.cache/roots/${name}`;
  await ensureFolder(place, {
    isWhole: (folder) => Deno.stat(folder).then(() => true, () => false),
    fill: (folder) => fill(folder, suite, python, architecture),
  });
  return place;
}

async function fill(
  folder: string,
  suite: string,
  python: string | undefined,
  architecture: string | undefined,
): Promise<void> {
  const work = await Deno.makeTempDir({ prefix: "austin-apt-" });
  const packages = python === undefined ? PACKAGES : [...PACKAGES, python];
  try {
    const apt = await privateApt(work, suite, { architecture });
    await apt("apt-get", "install", "-y", "--download-only", ...packages);
    if (python === undefined) await removeOthers(`${work}/archives`);
    await unpackRoot(`${work}/archives`, folder);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  await Deno.mkdir(`${folder}/proc`);
  await Deno.writeTextFile(`${folder}/austin`, "");
}

/** Removes what the packages depend on, as far as it is not one of them. */
async function removeOthers(archives: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(archives)) {
    const isWanted = PACKAGES.some((wanted) => name.startsWith(`${wanted}_`));
    if (isFile && !isWanted) await Deno.remove(`${archives}/${name}`);
  }
}
