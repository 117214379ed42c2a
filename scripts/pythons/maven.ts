/**
 * CPythons from Maven Central: `org.bytedeco:cpython` holds whole builds that run on any Linux with a glibc as old as
 * Debian 10's. Fetched by `mvn`, so that the machine's own settings say where from; needs `unzip`.
 */

import { join } from "node:path";
import { ensureFolder } from "./cache.ts";
import { probe, type Python, type Version } from "./python.ts";
import { run } from "./run.ts";
import type { Source } from "./source.ts";

const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";
const CLASSIFIER = Deno.build.arch === "aarch64"
  ? "linux-arm64"
  : "linux-x86_64";
/** Left in the jar: they are most of its files and no target imports them. */
const UNUSED = ["*/test/*", "*/site-packages/*", "*/idlelib/*", "*/include/*"];

/** @param release version of the artifact, such as `"3.12.1-1.5.10"`. */
export function maven(release: string): Source {
  return {
    name: "maven",
    async find(version: Version, cache: string): Promise<Python> {
      if (Deno.build.os !== "linux") {
        throw new Error("Maven's builds are for Linux");
      }
      const folder = join(cache, `maven-${release}`);
      await ensureFolder(folder, {
        isWhole: (folder) => starts(folder, version),
        fill: (folder) => fetchBuild(folder, release, version),
      });
      return await interpreter(folder, version);
    },
  };
}

/** The build's own libffi lies beside it, where only LD_LIBRARY_PATH finds it. */
function interpreter(folder: string, version: Version): Promise<Python> {
  const command = [
    "env",
    `LD_LIBRARY_PATH=${folder}`,
    join(folder, "bin", `python${version}`),
  ];
  return probe({ version, source: "maven", command, root: "" });
}

function starts(folder: string, version: Version): Promise<boolean> {
  return interpreter(folder, version).then(() => true, () => false);
}

async function fetchBuild(
  folder: string,
  release: string,
  version: Version,
): Promise<void> {
  const artifact = `org.bytedeco:cpython:${release}:jar:${CLASSIFIER}`;
  await run([
    "mvn",
    "-q",
    "-B",
    COPY,
    `-Dartifact=${artifact}`,
    `-DoutputDirectory=${folder}`,
  ]);
  const jar = join(folder, `cpython-${release}-${CLASSIFIER}.jar`);
  const build = `org/bytedeco/cpython/${CLASSIFIER}`;
  await run(["unzip", "-q", jar, `${build}/*`, "-d", folder, "-x", ...UNUSED]);
  await Deno.remove(jar);
  for await (const { name } of Deno.readDir(join(folder, build))) {
    await Deno.rename(join(folder, build, name), join(folder, name));
  }
  await Deno.remove(join(folder, "org"), { recursive: true });
  await Deno.chmod(join(folder, "bin", `python${version}`), 0o755); // jars carry no modes
  const python = await interpreter(folder, version);
  await run([...python.command, "-c", "import asyncio, ctypes"]);
}
