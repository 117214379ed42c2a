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
const UNUSED = ["*/test/*", "*/site-packages/*", "*/idlelib/*"];

/** The release of the artifact for each CPython. */
export const MAVEN_RELEASES = {
  "3.9": "3.9.6-1.5.6",
  "3.10": "3.10.8-1.5.8",
  "3.11": "3.11.3-1.5.9",
  "3.12": "3.12.1-1.5.10",
  "3.13": "3.13.5-1.5.12",
  "3.14": "3.14.3-1.5.13",
} as const satisfies Partial<Record<Version, string>>;

/** @param minor of which the release is taken. */
export function maven(minor: keyof typeof MAVEN_RELEASES): Source {
  const release = MAVEN_RELEASES[minor];
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
  await fetchArtifact(folder, { release, classifier: CLASSIFIER }, [
    ...UNUSED,
    "*/include/*",
  ]);
  await Deno.chmod(join(folder, "bin", `python${version}`), 0o755); // jars carry no modes
  const python = await interpreter(folder, version);
  await run([...python.command, "-c", "import asyncio, ctypes"]);
}

/**
 * Unpacks the build for another system, which cannot be started here.
 * @param classifier such as `windows-x86_64`. @returns its folder below `cache`.
 */
export async function mavenBuild(
  minor: keyof typeof MAVEN_RELEASES,
  classifier: string,
  cache: string,
): Promise<string> {
  const release = MAVEN_RELEASES[minor];
  const folder = join(cache, `maven-${release}-${classifier}`);
  await ensureFolder(folder, {
    isWhole: (folder) => Deno.stat(folder).then(() => true, () => false),
    fill: (folder) => fetchArtifact(folder, { release, classifier }, UNUSED),
  });
  return folder;
}

/** One build. */
interface Artifact {
  readonly release: string;
  readonly classifier: string;
}

async function fetchArtifact(
  folder: string,
  { release, classifier }: Artifact,
  unused: readonly string[],
): Promise<void> {
  const artifact = `org.bytedeco:cpython:${release}:jar:${classifier}`;
  await run([
    "mvn",
    "-q",
    "-B",
    COPY,
    `-Dartifact=${artifact}`,
    `-DoutputDirectory=${folder}`,
  ]);
  const jar = join(folder, `cpython-${release}-${classifier}.jar`);
  const build = `org/bytedeco/cpython/${classifier}`;
  await run(["unzip", "-q", jar, `${build}/*`, "-d", folder, "-x", ...unused]);
  await Deno.remove(jar);
  for await (const { name } of Deno.readDir(join(folder, build))) {
    await Deno.rename(join(folder, build, name), join(folder, name));
  }
  await Deno.remove(join(folder, "org"), { recursive: true });
}
