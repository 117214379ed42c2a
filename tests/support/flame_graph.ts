/** `flamegraph.pl`, the program that most people give collapsed stacks to: Debian packages it with a profiler for Perl. Kept in `.cache/flamegraph/`. */

import { privateApt } from "../../scripts/pythons/apt.ts";
import { ensureFolder } from "../../scripts/pythons/cache.ts";
import { run } from "../../scripts/pythons/run.ts";
import { root } from "../../scripts/tree.ts";
import { type Need, tool } from "./needs.ts";

const PACKAGE = "libdevel-nytprof-perl";
const SUITE = "bookworm";

/** Where the package has it. */
const PLACE = "usr/share/perl5/Devel/NYTProf/flamegraph.pl";

/** A folder for the PATH; there is nothing else in it. */
export const flameGraphFolder: string = `${root}/.cache/flamegraph/bin`;

/** What it needs of the machine. */
const tools = [tool("perl"), tool("apt-get"), tool("dpkg-deb")];

/** That it can be had here. */
export const flameGraph: Need = tools.find((need) => !need.met) ?? {
  what: "flamegraph.pl",
  met: await fetchFlameGraph().then(() => true, () => false),
};

async function fetchFlameGraph(): Promise<void> {
  await ensureFolder(flameGraphFolder, {
    isWhole: (folder) => Deno.stat(folder).then(() => true, () => false),
    fill,
  });
}

async function fill(folder: string): Promise<void> {
  const work = await Deno.makeTempDir({ prefix: "austin-apt-" });
  try {
    const apt = await privateApt(work, SUITE);
    await apt("env", `--chdir=${work}`, "apt-get", "-q", "download", PACKAGE);
    for await (const { name } of Deno.readDir(work)) {
      if (!name.endsWith(".deb")) continue;
      await run(["dpkg-deb", "-x", `${work}/${name}`, `${work}/package`]);
    }
    const file = `${folder}/flamegraph.pl`;
    await Deno.copyFile(`${work}/package/${PLACE}`, file);
    await Deno.chmod(file, 0o755);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
