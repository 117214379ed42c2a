/**
 * CPythons for 32-bit x86, which a 64-bit kernel runs as well: from the Debian and Ubuntu releases that had each one.
 */

import { debian } from "./debian.ts";
import type { Version } from "./python.ts";
import type { Source } from "./source.ts";

const architecture = "i386";

/** @param release SHA-256 of the suite's `InRelease`, which has not changed since that was released. */
function ubuntu(suite: string, version: Version, release: string): Source {
  const archive = { uri: "http://archive.ubuntu.com/ubuntu", release };
  return debian(suite, [version], {
    distribution: "ubuntu",
    architecture,
    archive,
  });
}

const focal = ubuntu(
  "focal",
  "3.8",
  "cc9be89a0984aeca9e3ca40ae0e6decff75aa32653a5925b04956a7c12487e99",
);
const jammy = ubuntu(
  "jammy",
  "3.10",
  "c14060cd8c6d625874dfcb9523a35a395bf4865c28b6b6a82569ef326fe92dc6",
);
const noble = ubuntu(
  "noble",
  "3.12",
  "cdb2f31d809f589719a53c6ad15f255b27569c4059542ada282aaa21b8e164b0",
);
const sid = debian("sid", ["3.13", "3.14", "3.15"], { architecture });

/** Where each comes from. */
export const I386_SOURCES: Readonly<Record<Version, readonly Source[]>> = {
  "3.8": [focal],
  "3.9": [debian("bullseye", ["3.9"], { architecture })],
  "3.10": [jammy],
  "3.11": [debian("bookworm", ["3.11"], { architecture })],
  "3.12": [noble],
  "3.13": [sid],
  "3.14": [sid],
  "3.15": [sid],
};
