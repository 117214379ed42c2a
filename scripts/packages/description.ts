/** What every package says of austin, and the platforms that it is packaged for. */

import { VERSION } from "../../src/cli/version.ts";

const HOMEPAGE = "https://github.com/P403n1x87/austin";

/** The one description that all packages are made from. */
export const description = {
  name: "austin",
  /** Its name where `austin` is taken: PyPI and npm. */
  distribution: "austin-dist",
  version: VERSION,
  summary: "Frame stack sampler for CPython",
  /** In lines that fit everywhere. */
  text: [
    "austin samples the stacks of running Python programs from outside, many",
    "thousand times a second. It installs nothing in the program, changes",
    "nothing, and never stops it. One file without dependencies reads CPython",
    "3.8 to 3.15.",
  ],
  homepage: HOMEPAGE,
  releases: `${HOMEPAGE}/releases/download/v${VERSION}`,
  issues: `${HOMEPAGE}/issues`,
  license: "MIT",
  maintainer: "The austin developers <austin@users.noreply.github.com>",
  keywords: ["python", "profiler", "performance", "sampling", "flamegraph"],
} as const;

/** A system that there is a package for. */
export interface Platform {
  /** As it is called in the names of archives. */
  readonly name: string;
  /** Deno's name for it. */
  readonly target: string;
  readonly wheelTag: string;
  readonly npm: { readonly os: string; readonly cpu: string };
  readonly conda: string;
  /** Debian's architecture, where that is the system. */
  readonly debian?: string;
}

export const platforms: readonly Platform[] = [
  {
    name: "linux-x86_64",
    target: "x86_64-unknown-linux-gnu",
    wheelTag: "manylinux_2_27_x86_64",
    npm: { os: "linux", cpu: "x64" },
    conda: "linux-64",
    debian: "amd64",
  },
  {
    name: "linux-aarch64",
    target: "aarch64-unknown-linux-gnu",
    wheelTag: "manylinux_2_27_aarch64",
    npm: { os: "linux", cpu: "arm64" },
    conda: "linux-aarch64",
    debian: "arm64",
  },
  {
    name: "macos-x86_64",
    target: "x86_64-apple-darwin",
    wheelTag: "macosx_11_0_x86_64",
    npm: { os: "darwin", cpu: "x64" },
    conda: "osx-64",
  },
  {
    name: "macos-aarch64",
    target: "aarch64-apple-darwin",
    wheelTag: "macosx_11_0_arm64",
    npm: { os: "darwin", cpu: "arm64" },
    conda: "osx-arm64",
  },
  {
    name: "windows-x86_64",
    target: "x86_64-pc-windows-msvc",
    wheelTag: "win_amd64",
    npm: { os: "win32", cpu: "x64" },
    conda: "win-64",
  },
  {
    name: "windows-aarch64",
    target: "aarch64-pc-windows-msvc",
    wheelTag: "win_arm64",
    npm: { os: "win32", cpu: "arm64" },
    conda: "win-arm64",
  },
];
