/** The description of a snap with classic confinement: a profiler has to see other processes. */

import { description } from "./description.ts";
import { buildsFor, type PackageContext, writeText } from "./package.ts";

const { name, version, summary, text, license, homepage, issues } = description;

const ARCHITECTURES: Readonly<Record<string, string>> = {
  "linux-x86_64": "amd64",
  "linux-aarch64": "arm64",
};

/** Writes `snapcraft.yaml`. */
export async function makeSnap(context: PackageContext): Promise<void> {
  const builds = buildsFor(context, "linux");
  const sources = builds.map(({ platform, archive }) =>
    `      - on ${ARCHITECTURES[platform.name]}: ${archive.url}`
  );
  await writeText(
    `${context.folder}/snapcraft.yaml`,
    `name: ${name}
version: "${version}"
summary: ${summary}
description: |
${text.map((line) => `  ${line}`).join("\n")}
license: ${license}
website: ${homepage}
issues: ${issues}
base: core22
grade: stable
confinement: classic

architectures:
${
      builds.map(({ platform }) =>
        `  - build-on: ${ARCHITECTURES[platform.name]}`
      ).join("\n")
    }

apps:
  austin:
    command: bin/austin
    completer: share/bash-completion/completions/austin
  p:
    command: bin/austinp

parts:
  austin:
    plugin: dump
    source:
${sources.join("\n")}
    # It must not be stripped or patched.
    build-attributes:
      - no-patchelf
`,
  );
}
