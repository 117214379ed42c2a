/**
 * A whole aarch64 machine in an emulator: Debian's kernel, and a root made of Debian's packages that were unpacked here.
 * Folders of this machine are shared with it, so there is no disk. What is in it:
 *
 * ```
 * /                    Debian trixie with Python 3.13, a compiler, strace …
 * /austin              this tree; what is written there is gone in the end
 * /austin/.cache/pythons   Maven's CPythons for this processor
 * /out                 a folder of the caller's, the only one that it can write to
 * ```
 *
 * Its clock counts instructions: two nanoseconds each. So it is a steady machine however slow the emulator is, and
 * nobody's time limits have to be longer. It has one processor: the emulator runs several in turns when it counts, and
 * a kernel that waits for another processor waits for its turn.
 */

import { dirname, join } from "node:path";
import { foreignRuntime } from "../../scripts/pack/foreign_runtime.ts";
import { privateApt, unpackRoot } from "../../scripts/pythons/apt.ts";
import { ensureFolder } from "../../scripts/pythons/cache.ts";
import { MAVEN_RELEASES, mavenBuild } from "../../scripts/pythons/maven.ts";
import { run } from "../../scripts/pythons/run.ts";
import { root } from "../../scripts/tree.ts";
import { initramfs } from "./initramfs.ts";
import { ARM64_TARGET } from "./arm64_program.ts";
import { type Need, rootUser, tool } from "./needs.ts";

const SUITE = "trixie";

const PACKAGES = [
  ...["linux-image-arm64", "busybox-static", "libc6", "libc-bin", "libgcc-s1"],
  ...["dash", "bash", "tar", "gzip", "mawk", "hostname"],
  ...["coreutils", "findutils", "grep", "sed", "mount", "passwd"],
  ...["util-linux", "procps", "psmisc", "libcap2-bin", "strace", "tmux"],
  ...["python3", "binutils", "gcc", "libc6-dev", "base-passwd"],
];

/** What nothing here needs, as far as the kernel's package depends on it. */
const LEFT_OUT = /^(initramfs-tools|dracut|systemd|udev|perl-modules|klibc)/;

/** Of which releases Maven has a build for this processor. */
const VERSIONS = ["3.9", "3.10", "3.11", "3.12", "3.14"] as const;

/** What shares folders with the machine; the kernel has the rest built in. */
const MODULES = ["virtio_mmio", "9pnet_virtio", "9p", "overlay"];

/** All that {@linkcode runMachine} needs. */
export const machineNeeds: readonly Need[] = [
  rootUser,
  tool("qemu-system-aarch64"),
  tool("apt-get"),
  tool("dpkg-deb"),
  tool("mvn"),
  tool("unzip"),
  tool("xz"),
];

/** What a run of the machine gets. */
export interface MachineRun {
  /** Shell commands; the machine is switched off behind them. */
  readonly script: string;
  /** The folder that it sees as /out. */
  readonly out: string;
  /** It is switched off after this. */
  readonly limitMin: number;
}

/** Starts the machine and waits until it is off. @returns what its kernel and its script printed, which `out/console` shows meanwhile. */
export async function runMachine(
  { script, out, limitMin }: MachineRun,
): Promise<string> {
  const folder = await machineRoot();
  const pythons = await machinePythons();
  const boot = await Deno.makeTempDir({ prefix: "austin-boot-" });
  try {
    await Deno.writeFile(`${boot}/initramfs`, await firstFiles(folder));
    await Deno.writeTextFile(`${out}/run`, enter(script));
    const deno = await foreignRuntime(ARM64_TARGET);
    await Deno.chmod(deno, 0o755);
    const command = [
      ...["qemu-system-aarch64", "-machine", "virt", "-cpu", "max"],
      ...["-smp", "1", "-m", "3G", "-icount", "shift=1", "-no-reboot"],
      ...[
        "-display",
        "none",
        "-serial",
        `file:${out}/console`,
        "-monitor",
        "none",
      ],
      ...["-nic", "none", "-kernel", await kernelOf(folder)],
      ...["-initrd", `${boot}/initramfs`],
      ...["-append", "console=ttyAMA0 rdinit=/init quiet panic=-1"],
      ...shared("root", folder, "on"),
      ...shared("tree", root, "on"),
      ...shared("deno", dirname(deno), "on"),
      ...shared("pythons", pythons, "on"),
      ...shared("out", out, "off"),
    ];
    await emulate(command, limitMin);
    return await Deno.readTextFile(`${out}/console`);
  } finally {
    await Deno.remove(boot, { recursive: true });
  }
}

function shared(name: string, path: string, readOnly: "on" | "off"): string[] {
  const device = `local,id=${name},path=${path},security_model=none`;
  return [
    ...["-fsdev", `${device},multidevs=remap,readonly=${readOnly}`],
    ...["-device", `virtio-9p-device,fsdev=${name},mount_tag=${name}`],
  ];
}

async function emulate(
  command: readonly string[],
  limitMin: number,
): Promise<void> {
  const [file = "", ...args] = command;
  const { code, stderr } = await new Deno.Command(file, {
    args,
    stdin: "null",
    signal: AbortSignal.timeout(limitMin * 60_000),
  }).output();
  if (code !== 0) {
    const reason = new TextDecoder().decode(stderr);
    throw new Error(`Cannot run the machine to its end: ${reason}`);
  }
}

/** What a system's own first process would do, as far as it is needed. */
function enter(script: string): string {
  return `
export PATH=/deno:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LC_ALL=C.UTF-8 TERM=xterm
mkdir -p /dev/pts /dev/shm && mount -t devpts devpts /dev/pts && mount -t tmpfs shm /dev/shm
mount -t tmpfs -o mode=1777 tmp /tmp
busybox ifconfig lo up
busybox hostname arm64
cd /austin
${script}
sync
exec busybox poweroff -f
`;
}

/** Unpacks the machine, unless that has been done. @returns its folder. */
async function machineRoot(): Promise<string> {
  const place = `${root}/.cache/roots/${SUITE}-machine-arm64`;
  await ensureFolder(place, {
    isWhole: (folder) => exists(`${folder}/etc/passwd`),
    fill,
  });
  return place;
}

async function fill(folder: string): Promise<void> {
  const work = await Deno.makeTempDir({ prefix: "austin-apt-" });
  const archives = `${work}/archives`;
  try {
    const apt = await privateApt(work, SUITE, { architecture: "arm64" });
    const download = ["install", "-y", "--download-only"];
    await apt("apt-get", ...download, "--no-install-recommends", ...PACKAGES);
    for await (const { name, isFile } of Deno.readDir(archives)) {
      if (isFile && LEFT_OUT.test(name)) {
        await Deno.remove(join(archives, name));
      }
    }
    await unpackRoot(archives, folder);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  // What the packages would do when they are installed.
  await run(["ln", "-sf", "gcc", `${folder}/usr/bin/cc`]);
  await run(["ln", "-sf", "dash", `${folder}/usr/bin/sh`]);
  for (const name of ["group", "passwd"]) {
    const master = `${folder}/usr/share/base-passwd/${name}.master`;
    await Deno.copyFile(master, `${folder}/etc/${name}`);
  }
}

/** Lays the CPythons out as {@linkcode pythons} looks for them on such a machine. @returns the folder of all. */
async function machinePythons(): Promise<string> {
  const place = `${root}/.cache/arm64-pythons`;
  await Deno.mkdir(place, { recursive: true });
  for (const version of VERSIONS) {
    const folder = await mavenBuild(
      version,
      "linux-arm64",
      `${root}/.cache/pythons`,
    );
    // Jars carry no modes.
    await Deno.chmod(`${folder}/bin/python${version}`, 0o755);
    const link = `${place}/maven-${MAVEN_RELEASES[version]}`;
    if (!await exists(`${link}/bin`)) await run(["cp", "-al", folder, link]);
  }
  return place;
}

/** The kernel's modules, the program that loads them, and what it has to do then. */
async function firstFiles(folder: string): Promise<Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const paths = await modulePaths(folder);
  const order: string[] = [];
  for (const name of MODULES) await addModule(name, { paths, files, order });
  files.set("modules", new TextEncoder().encode(`${order.join("\n")}\n`));
  files.set("busybox", await Deno.readFile(`${folder}/usr/bin/busybox`));
  files.set("init", await Deno.readFile(`${import.meta.dirname}/arm64/init`));
  return initramfs(files);
}

/** Adds a module, those that it depends on first. */
async function addModule(
  name: string,
  found: {
    readonly paths: ReadonlyMap<string, string>;
    readonly files: Map<string, Uint8Array>;
    readonly order: string[];
  },
): Promise<void> {
  const path = found.paths.get(name);
  if (path === undefined || found.order.includes(`${name}.ko`)) return;
  const { stdout } = await new Deno.Command("xz", { args: ["-dc", path] })
    .output();
  const text = new TextDecoder("latin1").decode(stdout);
  const needed = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? "";
  for (const other of needed.split(",")) {
    await addModule(other.replaceAll("-", "_"), found);
  }
  found.files.set(`${name}.ko`, stdout);
  found.order.push(`${name}.ko`);
}

/** @returns where each module is. */
async function modulePaths(folder: string): Promise<Map<string, string>> {
  const names = await run([
    "find",
    `${folder}/usr/lib/modules`,
    "-name",
    "*.ko.xz",
  ]);
  return new Map(
    names.trim().split("\n").map((path) => {
      const name = path.slice(path.lastIndexOf("/") + 1, -".ko.xz".length);
      return [name.replaceAll("-", "_"), path];
    }),
  );
}

async function kernelOf(folder: string): Promise<string> {
  for await (const { name } of Deno.readDir(`${folder}/boot`)) {
    if (name.startsWith("vmlinuz-")) return `${folder}/boot/${name}`;
  }
  throw new Error(`Cannot find a kernel in ${folder}/boot`);
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
