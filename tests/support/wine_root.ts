/**
 * Windows on this machine: wine 10 of Debian sid in a folder to chroot into,
 * kept in `.cache/roots/`. The release of Debian that the tests run on has an
 * older one that deno.exe does not start in.
 *
 * ```
 * usr/            wine and the libraries that it cannot do without
 * windows/        the prefix: drive C, the registry
 * austin/ pythons/ tmp/   where this tree, `.cache/pythons` and /tmp are mounted
 * usr/lib/locale/         this machine's, for names that are not ASCII
 * ```
 */

import { join } from "node:path";
import { privateApt, unpackRoot } from "../../scripts/pythons/apt.ts";
import { ensureFolder } from "../../scripts/pythons/cache.ts";
import { run } from "../../scripts/pythons/run.ts";
import { root } from "../../scripts/tree.ts";

/** What apt is asked for. It fetches more: sound, printers, films. */
const PACKAGES = ["wine64"];

/** What is unpacked of it: no fonts, with which wine waits for a screen. */
const UNPACKED =
  /^(wine64|libwine|wine-common|libz-mingw-w64|libc6|libgcc-s1|libunwind8|liblzma5|zlib1g)_/;

const WINE = "usr/lib/x86_64-linux-gnu/wine";

/** Mount points, from the folder. */
const MOUNTS = ["proc", "dev", "tmp", "austin", "pythons", "usr/lib/locale"];

/** Runs a command in the folder `$1`, with what it needs mounted. The last exec keeps the process id. */
const ENTER = `
  mount --bind /proc "$1/proc" && mount --bind /dev "$1/dev" &&
  mount --bind /tmp "$1/tmp" && mount --bind "$2" "$1/austin" &&
  mount --bind "$3" "$1/pythons" &&
  mount --bind /usr/lib/locale "$1/usr/lib/locale" || exit 99
  folder=$1; shift 3
  exec chroot "$folder" /${WINE}/wine "$@"`;

const ENVIRONMENT = {
  WINEPREFIX: "/windows",
  WINEDEBUG: "-all",
  // Neither .NET nor a browser, and no menus: wine offers to fetch them.
  WINEDLLOVERRIDES: "mscoree=;mshtml=;winemenubuilder.exe=",
  LC_ALL: "C.UTF-8",
  HOME: "/tmp",
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
};

/** A Windows to run programs in. */
export interface Windows {
  /** Argument vector prefix of a Windows program, as Windows names it; it becomes the process. */
  readonly command: readonly string[];
  /** Drive C. */
  readonly drive: string;
}

let windows: Promise<Windows> | undefined;

/** Unpacks wine and starts Windows once, unless that has been done. @throws {Error} with what failed. */
export function startWindows(): Promise<Windows> {
  return windows ??= makeWindows();
}

/** @returns the name that Windows has for a file below this tree, `.cache/pythons` or /tmp. */
export function windowsPath(path: string): string {
  const pythons = `${root}/.cache/pythons/`;
  const inside = path.startsWith(pythons)
    ? `/pythons/${path.slice(pythons.length)}`
    : path.startsWith(`${root}/`)
    ? `/austin/${path.slice(root.length + 1)}`
    : path;
  return `Z:${inside.replaceAll("/", "\\")}`;
}

async function makeWindows(): Promise<Windows> {
  const folder = `${root}/.cache/roots/wine-sid`;
  await ensureFolder(folder, {
    isWhole: (folder) => exists(`${folder}/windows/system.reg`),
    fill,
  });
  await Deno.mkdir(`${root}/.cache/pythons`, { recursive: true });
  await makeMountPoints(folder);
  return { command: commandIn(folder), drive: `${folder}/windows/drive_c` };
}

function commandIn(folder: string): string[] {
  const variables = Object.entries(ENVIRONMENT).map((pair) => pair.join("="));
  return [
    ...["env", ...variables],
    ...["unshare", "--mount", "sh", "-c", ENTER, "sh"],
    ...[folder, root, `${root}/.cache/pythons`],
  ];
}

async function fill(folder: string): Promise<void> {
  const work = await Deno.makeTempDir({ prefix: "austin-apt-" });
  try {
    const apt = await privateApt(work, "sid");
    const quietly = ["install", "-y", "--download-only"];
    await apt("apt-get", ...quietly, "--no-install-recommends", ...PACKAGES);
    await removeOthers(`${work}/archives`);
    await unpackRoot(`${work}/archives`, folder);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  // Nothing here has 32 bits.
  await Deno.remove(`${folder}/${WINE}/i386-windows`, { recursive: true });
  await makeMountPoints(folder);
  await makePrefix(folder);
}

async function makeMountPoints(folder: string): Promise<void> {
  for (const name of MOUNTS) {
    await Deno.mkdir(join(folder, name), { recursive: true });
  }
}

async function removeOthers(archives: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(archives)) {
    if (isFile && !UNPACKED.test(name)) await Deno.remove(join(archives, name));
  }
}

/** The package would put zlib beside wine's libraries when it is installed. */
async function makePrefix(folder: string): Promise<void> {
  const system = join(folder, "windows/drive_c/windows/system32");
  await Deno.mkdir(system, { recursive: true });
  const zlib = "usr/x86_64-w64-mingw32/lib/zlib1.dll";
  await Deno.copyFile(join(folder, zlib), join(system, "zlib1.dll"));
  await run(["timeout", "120", ...commandIn(folder), "wineboot", "--init"]);
  // It is written when the last process of that Windows has ended.
  await run(["chroot", folder, `/${WINE}/wineserver`, "-w"], {
    env: ENVIRONMENT,
  });
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
