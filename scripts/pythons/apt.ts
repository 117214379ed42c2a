/**
 * Debian packages of another suite than the machine's own. apt does the resolving, fetching and checking with a private
 * configuration and state, so the machine's own stay as they are; the mirror is the one that the machine uses. Works for
 * any user.
 */

import { join } from "node:path";
import { run } from "./run.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** Debian's merged /usr: packages put their files under usr/ and rely on these links. */
const MERGED = ["bin", "lib", "lib64", "sbin"];

/** Runs a program of apt's, such as `apt("apt-get", "install", …)`, and returns what it printed. */
export type Apt = (...command: string[]) => Promise<string>;

/**
 * Sets up apt for another suite and fetches its index. What it downloads lands in `work/archives`.
 *
 * @param work an empty folder for its state, cache and sources.
 * @param architecture Debian's name of one; default the machine's own.
 * @throws {Error} when this is not a Debian machine, or the mirror cannot be reached.
 */
export async function privateApt(
  work: string,
  suite: string,
  architecture?: string,
): Promise<Apt> {
  const uri = await mirror();
  await Promise.all([
    Deno.mkdir(join(work, "lists/partial"), { recursive: true }),
    Deno.mkdir(join(work, "archives/partial"), { recursive: true }),
    Deno.writeTextFile(join(work, "status"), ""),
    Deno.writeTextFile(
      join(work, "sources.list"),
      `deb ${await signedBy()}${uri} ${suite} main\n`,
    ),
    Deno.writeTextFile(
      join(work, "apt.conf"),
      await configuration(work, architecture),
    ),
  ]);
  const env = { APT_CONFIG: join(work, "apt.conf"), LC_ALL: "C" };
  const apt: Apt = (...command) => run(command, { env });
  await apt("apt-get", "-q", "update");
  return apt;
}

/** The mirror from which the machine's own release comes, as its sources tell. */
async function mirror(): Promise<string> {
  const targets = await run([
    "apt-get",
    "indextargets",
    "--format",
    "$(RELEASE) $(REPO_URI)",
    "Created-By: Packages",
  ]);
  const release = (await Deno.readTextFile("/etc/os-release")).match(
    /^VERSION_CODENAME=(\S+)/m,
  )?.[1];
  const line = targets.split("\n").find((target) =>
    target.startsWith(`${release} `)
  );
  if (line === undefined) {
    throw new Error(
      `no apt source of this machine holds its release "${release}"`,
    );
  }
  return line.slice(line.indexOf(" ") + 1);
}

async function signedBy(): Promise<string> {
  return await Deno.stat(KEYRING).then(
    () => `[signed-by=${KEYRING}] `,
    () => "",
  );
}

/** Only the machine's fetch settings (proxies) are taken over: its hooks may well clean up the machine's own cache. */
async function configuration(
  work: string,
  architecture?: string,
): Promise<string> {
  const fetching = (await run(["apt-config", "dump"])).split("\n").filter((
    line,
  ) => line.startsWith("Acquire::"));
  const foreign = architecture === undefined ? [] : [
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
  ];
  return [
    ...fetching,
    ...foreign,
    `Dir::Etc::main "${work}/none";`,
    `Dir::Etc::parts "${work}/none";`,
    `Dir::Etc::preferencesparts "${work}/none";`,
    `Dir::Etc::sourcelist "${work}/sources.list";`,
    `Dir::Etc::sourceparts "${work}/none";`,
    `Dir::State::lists "${work}/lists";`,
    `Dir::State::status "${work}/status";`,
    `Dir::State::extended_states "${work}/extended_states";`,
    `Dir::Cache "${work}";`,
    `Dir::Cache::archives "${work}/archives";`,
    `Dir::Log "${work}";`,
    `Debug::NoLocking "true";`,
    `Acquire::Languages "none";`,
    `Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";`,
    `APT::Sandbox::User "";`,
  ].join("\n");
}

/** Unpacks all packages of a folder into an empty root tree, which gets a `/tmp` as well. */
export async function unpackRoot(
  archives: string,
  root: string,
): Promise<void> {
  await Deno.mkdir(join(root, "tmp"));
  for (const name of MERGED) {
    await Deno.mkdir(join(root, "usr", name), { recursive: true });
    await Deno.symlink(`usr/${name}`, join(root, name));
  }
  for await (const { name } of Deno.readDir(archives)) {
    if (name.endsWith(".deb")) {
      await run(["dpkg-deb", "-x", join(archives, name), root]);
    }
  }
}
