/**
 * Debian packages of another suite than the machine's own. apt does the resolving, fetching and checking with a private
 * configuration and state, so the machine's own stay as they are; the mirror is the one that the machine uses, unless it is
 * told another archive. Works for any user.
 */

import { join } from "node:path";
import { run } from "./run.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** Debian's merged /usr: packages put their files under usr/ and rely on these links. */
const MERGED = ["bin", "lib", "lib64", "sbin"];

/** Another archive than the machine's mirror, whose keys the machine does not have. */
export interface Archive {
  readonly uri: string;
  /** SHA-256 of the suite's `InRelease`, from which apt checks everything else: only a suite that no longer changes can be had. */
  readonly release: string;
}

/** What else than the machine's own packages are wanted. */
export interface Foreign {
  /** Debian's name of an architecture. */
  readonly architecture?: string | undefined;
  readonly archive?: Archive | undefined;
}

/** Runs a program of apt's, such as `apt("apt-get", "install", …)`, and returns what it printed. */
export type Apt = (...command: string[]) => Promise<string>;

/**
 * Sets up apt for another suite and fetches its index. What it downloads lands in `work/archives`.
 *
 * @param work an empty folder for its state, cache and sources.
 * @throws {Error} when this is not a Debian machine, the mirror cannot be reached, or the suite is not what it should be.
 */
export async function privateApt(
  work: string,
  suite: string,
  { architecture, archive }: Foreign = {},
): Promise<Apt> {
  const uri = archive?.uri ?? await mirror();
  const trust = archive === undefined ? await signedBy() : "[trusted=yes] ";
  await Promise.all([
    Deno.mkdir(join(work, "lists/partial"), { recursive: true }),
    Deno.mkdir(join(work, "archives/partial"), { recursive: true }),
    Deno.writeTextFile(join(work, "status"), ""),
    Deno.writeTextFile(
      join(work, "sources.list"),
      `deb ${trust}${uri} ${suite} main\n`,
    ),
    Deno.writeTextFile(
      join(work, "apt.conf"),
      await configuration(work, architecture),
    ),
  ]);
  const env = { APT_CONFIG: join(work, "apt.conf"), LC_ALL: "C" };
  const apt: Apt = (...command) => run(command, { env });
  await apt("apt-get", "-q", "update");
  if (archive !== undefined) await checkRelease(join(work, "lists"), archive);
  return apt;
}

/** What apt keeps is `InRelease` as it came, under a name that ends so or, without a key, in `Release`. */
async function checkRelease(
  lists: string,
  { uri, release }: Archive,
): Promise<void> {
  for await (const { name } of Deno.readDir(lists)) {
    if (!name.endsWith("Release")) continue;
    const bytes = await Deno.readFile(join(lists, name));
    const hash = await crypto.subtle.digest("SHA-256", bytes);
    if (new Uint8Array(hash).toHex() === release) return;
  }
  throw new Error(`"${uri}" does not have the release that it should have`);
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
