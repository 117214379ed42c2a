/**
 * Packages for npm: one that everybody installs, with a package for each
 * platform as an optional dependency, of which npm takes the one that fits.
 */

import { description } from "./description.ts";
import { type Build, type PackageContext, writeText } from "./package.ts";

const { distribution, version, summary, homepage, license, keywords } =
  description;

/** Writes a folder for each package, ready for `npm pack`. */
export async function makeNpmPackages(context: PackageContext): Promise<void> {
  for (const build of context.builds) await makePlatform(context, build);
  const folder = `${context.folder}/${distribution}`;
  const names = context.builds.map(nameOf);
  await writeText(
    `${folder}/package.json`,
    json({
      ...shared(distribution),
      bin: { austin: "austin.js", austinp: "austinp.js" },
      files: ["*.js", "README.md", "LICENSE"],
      optionalDependencies: Object.fromEntries(
        names.map((name) => [name, version]),
      ),
      engines: { node: ">=18" },
    }),
  );
  await writeText(`${folder}/start.js`, START);
  await writeText(`${folder}/austin.js`, starter([]));
  await writeText(`${folder}/austinp.js`, starter(["--native"]));
  await copyTexts(context, folder);
}

async function makePlatform(
  context: PackageContext,
  build: Build,
): Promise<void> {
  const name = nameOf(build);
  const { os, cpu } = build.platform.npm;
  const folder = `${context.folder}/${name}`;
  const file = os === "win32" ? "austin.exe" : "austin";
  await writeText(
    `${folder}/package.json`,
    json({ ...shared(name), os: [os], cpu: [cpu], files: [file, "LICENSE"] }),
  );
  await Deno.copyFile(build.program, `${folder}/${file}`);
  await Deno.chmod(`${folder}/${file}`, 0o755);
  await copyTexts(context, folder);
}

function nameOf({ platform: { npm: { os, cpu } } }: Build): string {
  return `${distribution}-${os}-${cpu}`;
}

function shared(name: string): Record<string, unknown> {
  return { name, version, description: summary, homepage, license, keywords };
}

async function copyTexts(
  { root }: PackageContext,
  folder: string,
): Promise<void> {
  for (const file of ["README.md", "LICENSE"]) {
    await Deno.copyFile(`${root}/${file}`, `${folder}/${file}`);
  }
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}

function starter(options: readonly string[]): string {
  return `#!/usr/bin/env node
require("./start.js")(${JSON.stringify(options)});
`;
}

/** Signals of a terminal reach both; others are passed on. */
const START = `"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

module.exports = (options) => {
  const { platform, arch } = process;
  const file = platform === "win32" ? "austin.exe" : "austin";
  let path;
  try {
    path = require.resolve(\`${distribution}-\${platform}-\${arch}/\${file}\`);
  } catch {
    console.error(\`austin: there is no package for \${platform}-\${arch}\`);
    console.error("hint: npm must be allowed to install optional dependencies");
    process.exit(1);
  }
  const args = [...options, ...process.argv.slice(2)];
  const child = spawn(path, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      if (signal === "SIGTERM") child.kill(signal);
    });
  }
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + constants.signals[signal]);
  });
};
`;
