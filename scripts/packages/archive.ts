/** The archives of a release: a prefix as .tar.xz, for Windows the program as .zip. */

import { zipSync } from "fflate";
import { description, type Platform } from "./description.ts";
import { install, installedFiles } from "./installed.ts";
import type { Build, PackageContext } from "./package.ts";

/** Makes the archive of one platform's program. */
export async function makeArchive(
  platform: Platform,
  program: string,
  context: Omit<PackageContext, "builds">,
): Promise<Build> {
  const { name, version, releases } = description;
  const base = `${name}-${version}-${platform.name}`;
  const isWindows = platform.name.startsWith("windows");
  const file = `${base}${isWindows ? ".zip" : ".tar.xz"}`;
  const path = `${context.folder}/${file}`;
  if (isWindows) await makeZip(path, program, context);
  else await makeTar(path, base, program, context);
  const sha256 = await sha256Of(path);
  const archive = { path, url: `${releases}/${file}`, sha256 };
  return { platform, program, archive };
}

async function makeTar(
  path: string,
  base: string,
  program: string,
  { root, run, compression }: Omit<PackageContext, "builds">,
): Promise<void> {
  const place = await Deno.makeTempDir({ prefix: "austin-archive-" });
  try {
    await install(installedFiles(program, root), `${place}/${base}`);
    const owner = ["--owner=0", "--group=0", "--numeric-owner", "--sort=name"];
    const options = [...owner, `--use-compress-program=xz -${compression} -T0`];
    await run(["tar", "-C", place, ...options, "-cf", path, base]);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

async function makeZip(
  path: string,
  program: string,
  { root, compression }: Omit<PackageContext, "builds">,
): Promise<void> {
  const [exe, license, completion] = await Promise.all([
    Deno.readFile(program),
    Deno.readFile(`${root}/LICENSE`),
    Deno.readFile(`${root}/share/completions/austin.ps1`),
  ]);
  const files = {
    "austin.exe": exe,
    "LICENSE.txt": license,
    "austin.ps1": completion,
  };
  await Deno.writeFile(path, zipSync(files, { level: compression }));
}

/** @returns the digest in hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}
