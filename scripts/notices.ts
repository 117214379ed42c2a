/**
 * The notices of everything inside the one file: `share/licenses/NOTICES.txt`,
 * which `austin --licenses` prints. `deno task docs` writes it.
 *
 * What npm packages there are is asked of esbuild, which knows every file that
 * went into the bundle. Their texts are those that they bring; the others are
 * kept beside the notices.
 */

import { AustinError } from "../src/errors.ts";
import { root } from "./tree.ts";

/** The file, from the root. */
export const NOTICES = "share/licenses/NOTICES.txt";

/** Parts of the file that esbuild knows nothing of. */
const PARTS: readonly {
  readonly name: string;
  /** What is to be said before the text, one line each. */
  readonly remarks: readonly string[];
  /** The text, from the root. */
  readonly text: string;
}[] = [
  { name: "austin", remarks: [], text: "LICENSE" },
  {
    name: "Deno",
    remarks: [
      "The runtime. What it is made of beside V8, and by which licences, is listed in",
      "Cargo.lock of its release, https://github.com/denoland/deno/releases.",
    ],
    text: "share/licenses/deno.txt",
  },
  {
    name: "V8",
    remarks: [
      "The JavaScript engine in Deno. What it is made of is told by LICENSE and",
      "third_party/ of its sources, https://github.com/v8/v8.",
    ],
    text: "share/licenses/v8.txt",
  },
  {
    name: "libiberty",
    remarks: [
      "On Linux: reads the names of C++ and Rust functions, for --native.",
    ],
    text: "share/licenses/libiberty.txt",
  },
];

/** Files of a package that have to be handed on. */
const LEGAL = /^(licen[cs]e|notice|copying)(\.(md|txt))?$/i;

/** @param inputs paths of files that were bundled, from the root. @returns the packages they are from: `name@version`, in order. */
export function packagesOf(inputs: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const path of inputs) {
    const [, folder] = /node_modules\/\.deno\/([^/]+)\//.exec(path) ?? [];
    if (folder !== undefined) found.add(folder.replace("+", "/"));
    else if (path.includes("node_modules/")) {
      throw new Error(`Cannot tell the package of ${path}`);
    }
  }
  return [...found].sort();
}

/** @param packages as {@linkcode packagesOf} has them. @returns the whole text. @throws AustinError when one has no licence. */
export async function noticesOf(packages: readonly string[]): Promise<string> {
  const sections: string[] = [];
  for (const { name, remarks, text } of PARTS) {
    const licence = await Deno.readTextFile(`${root}/${text}`);
    sections.push(section(name, remarks, [licence]));
  }
  for (const name of packages) {
    sections.push(section(name, [], await legalTexts(name)));
  }
  return sections.join("\n\n");
}

/** Refuses to make a file with a package in it whose notice it lacks. @throws AustinError */
export async function checkNotices(inputs: Iterable<string>): Promise<void> {
  const text = await Deno.readTextFile(`${root}/${NOTICES}`);
  const missing = packagesOf(inputs).filter((name) =>
    !text.includes(heading(name))
  );
  if (missing.length === 0) return;
  throw new AustinError(
    `Cannot bundle: ${NOTICES} lacks ${missing.join(", ")}`,
    "write it anew with `deno task docs`",
  );
}

function section(
  name: string,
  remarks: readonly string[],
  texts: readonly string[],
): string {
  const parts = texts.map((text) => `${text.trimEnd()}\n`);
  const remark = remarks.map((line) => `${line}\n`).join("");
  return [heading(name), ...remark === "" ? [] : [remark], ...parts].join("\n");
}

function heading(name: string): string {
  return `${name}\n${"=".repeat(name.length)}\n`;
}

/** @throws AustinError when the package has none. */
async function legalTexts(name: string): Promise<string[]> {
  const bare = name.slice(0, name.lastIndexOf("@"));
  const folder = `${root}/node_modules/.deno/${
    name.replace("/", "+")
  }/node_modules/${bare}`;
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const files = entries.map((entry) => entry.name)
    .filter((file) => LEGAL.test(file)).sort();
  if (files.length === 0) {
    throw new AustinError(
      `Cannot write the notices: ${name} has no licence`,
      "look for it where the package comes from, and keep it in share/licenses/",
    );
  }
  return await Promise.all(
    files.map((file) => Deno.readTextFile(`${folder}/${file}`)),
  );
}
