/**
 * The promises of the one file: where it runs, what it needs, what it leaves
 * behind, and that nothing in the environment makes it another program.
 */

import assert from "node:assert/strict";
import { nativeFolder } from "../../scripts/build_native.ts";
import { debianPackages, debianRoot } from "../support/debian_root.ts";
import { inFolder, namesIn } from "../support/folder.ts";
import { rootUser, testNeeding, tool } from "../support/needs.ts";
import { type Outcome, program, run } from "../support/program.ts";

const VERSION: Outcome = { code: 0, stdout: "austin 5.0.0\n", stderr: "" };

/** Somebody without any right. */
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

const OLDEST_GLIBC = [2, 27];

/** System calls that change a file, or may. */
const CALLS = "open,openat,creat,mkdir,mkdirat,mknod,link,linkat,symlink," +
  "symlinkat,rename,renameat,renameat2,unlink,unlinkat,truncate";

Deno.test("austin --version prints the name and the version", async () => {
  assert.deepEqual(await run([program, "--version"]), VERSION);
});

Deno.test("austin --help prints the options", async () => {
  const { code, stdout, stderr } = await run([program, "--help"]);
  assert.equal(code, 0);
  assert.match(stdout, /^Usage: austin \[OPTION\.\.\.\]/);
  assert.equal(stderr, "");
});

Deno.test("austin with an option that there is not exits with 64", async () => {
  const { code, stdout, stderr } = await run([program, "--nope"]);
  assert.equal(code, 64);
  assert.equal(stdout, "");
  assert.match(stderr, /--nope/);
});

for (
  const path of [program, `${nativeFolder(Deno.build.target)}/libaustin.so`]
) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  testNeeding(
    [tool("readelf")],
    `${name} asks for no glibc newer than 2.27`,
    async () => {
      const { code, stdout } = await run(["readelf", "--wide", "-V", path]);
      assert.equal(code, 0);
      const versions = Array.from(
        stdout.matchAll(/GLIBC_(\d+)\.(\d+)/g),
        ([, major, minor]) => [Number(major), Number(minor)] as const,
      );
      assert.ok(versions.length > 0);
      const [oldMajor = 0, oldMinor = 0] = OLDEST_GLIBC;
      const tooNew = versions.filter(([major, minor]) =>
        major > oldMajor || (major === oldMajor && minor > oldMinor)
      );
      assert.deepEqual(tooNew, []);
    },
  );

  testNeeding(
    [tool("readelf")],
    `${name} needs no library but those of glibc and GCC`,
    async () => {
      const { stdout } = await run(["readelf", "--wide", "-d", path]);
      const needed = Array.from(
        stdout.matchAll(/\(NEEDED\).*\[(.*)\]/g),
        ([, library]) => library!,
      );
      assert.ok(needed.includes("libc.so.6"));
      const others = needed.filter((library) =>
        !/^(lib(c|m|dl|rt|pthread|gcc_s)|ld-linux-.*)\.so\.\d$/.test(library)
      );
      assert.deepEqual(others, []);
    },
  );
}

Deno.test("austin runs from anywhere, under another name, without a home", () =>
  inFolder(async (folder) => {
    const copy = `${folder}/sampler`;
    await Deno.copyFile(program, copy);
    const outcome = await run([copy, "--version"], {
      cwd: "/",
      clearEnv: true,
    });
    assert.deepEqual(outcome, VERSION);
  }));

testNeeding(
  [rootUser, tool("setpriv")],
  "austin runs for a user who may only execute it",
  () =>
    inFolder(async (folder) => {
      const copy = `${folder}/austin`;
      await Deno.copyFile(program, copy);
      await Deno.chmod(copy, 0o111);
      const unreadable = await run([...NOBODY, "cat", copy]);
      assert.notEqual(unreadable.code, 0);
      const outcome = await run([...NOBODY, copy, "--help"], {
        clearEnv: true,
      });
      assert.equal(outcome.stderr, "");
      assert.match(outcome.stdout, /^Usage: austin/);
    }),
);

testNeeding(
  [rootUser, tool("unshare")],
  "austin runs where nothing can be written",
  () =>
    inFolder(async (folder) => {
      await Deno.copyFile(program, `${folder}/austin`);
      const script = `
        mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" &&
        cd "$1" && export HOME="$1" TMPDIR="$1" XDG_CACHE_HOME="$1" &&
        if touch "$1/file" 2>/dev/null; then echo writable; fi &&
        exec "$1/austin" --version`;
      const outcome = await run([
        "unshare",
        "-m",
        "sh",
        "-c",
        script,
        "sh",
        folder,
      ]);
      assert.deepEqual(outcome, VERSION);
    }),
);

for (const suite of ["bullseye", "sid"]) {
  testNeeding(
    [rootUser, tool("unshare"), tool("chroot"), ...debianPackages],
    `austin runs with nothing but the C library of Debian ${suite} and /proc`,
    async () => {
      const folder = await debianRoot(suite);
      const before = namesIn(folder);
      assert.deepEqual(await runInRoot(folder, { proc: true }), VERSION);
      // There was no /dev, and root could have made one.
      assert.deepEqual(namesIn(folder), before);
    },
  );
}

testNeeding(
  [rootUser, tool("unshare"), tool("chroot"), ...debianPackages],
  "austin says so when /proc is not mounted",
  async () => {
    const outcome = await runInRoot(await debianRoot("bullseye"), {
      proc: false,
    });
    assert.deepEqual(outcome, {
      code: 70,
      stdout: "",
      stderr:
        "austin: Cannot start: /proc is not mounted, or must not be read\n" +
        "hint: mount -t proc proc /proc\n",
    });
  },
);

function runInRoot(
  folder: string,
  { proc }: { proc: boolean },
): Promise<Outcome> {
  const script = `
    mount --bind "$2" "$1/austin" &&
    ${proc ? 'mount --bind /proc "$1/proc" &&' : ""}
    exec chroot "$1" /austin --version`;
  return run(["unshare", "-m", "sh", "-c", script, "sh", folder, program], {
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
}

// Each of them changes what deno itself does, or ends it.
Deno.test.each([
  ["COMPLETE", "bash"],
  ["DENO_V8_FLAGS", "--help"],
  ["DENO_LOG", "trace"],
  ["RUST_LOG", "trace"],
  ["DENO_DIR", "/nowhere"],
  ["DENO_CONNECTED", "1"],
  ["DENO_PERMISSION_BROKER_PATH", "/nowhere/socket"],
  ["DENO_UNSTABLE_CONTROL_SOCK", "tcp:127.0.0.1:1"],
  ["DENO_STARTUP_PHASES", "1"],
  ["NODE_OPTIONS", "--inspect-brk"],
  ["NODE_CHANNEL_FD", "77"],
  ["OTEL_DENO", "true"],
])("austin is not changed by %s=%s", async (name, value) => {
  const plain = await run([program, "--help"]);
  assert.deepEqual(
    await run([program, "--help"], { env: { [name]: value } }),
    plain,
  );
});

Deno.test("austin starts with a limit of 20 open files", async () => {
  const script = 'ulimit -n 20 && exec "$0" --version';
  assert.deepEqual(await run(["sh", "-c", script, program]), VERSION);
});

Deno.test("austin starts without standard streams", async () => {
  const script = '"$0" --nope <&- >&- 2>&-; echo "$?"';
  const { stdout } = await run(["sh", "-c", script, program]);
  assert.equal(stdout, "64\n");
});

testNeeding(
  [tool("strace")],
  "austin opens no file for writing, and makes none, until it is told to",
  () =>
    inFolder(async (folder) => {
      const env = { HOME: folder, TMPDIR: folder, XDG_CACHE_HOME: folder };
      const trace = `${folder}/trace`;
      const strace = ["strace", "-f", "-z", "-qq", "-e", `trace=${CALLS}`];
      // The shim is loaded as well: this process is no Python.
      const { code } = await run(
        [...strace, "-o", trace, program, "-p", `${Deno.pid}`],
        { env, cwd: folder },
      );
      assert.equal(code, 32);
      const lines = (await Deno.readTextFile(trace)).split("\n");
      assert.ok(lines.some((line) => line.includes('"/proc/self/fd/')));
      const changes = lines.filter((line) =>
        /O_WRONLY|O_RDWR|O_CREAT|(creat|mk|link|rename|trunc)\w*\(/.test(
          line,
        ) &&
        !/"\/dev\/(null|tty)"/.test(line)
      );
      assert.deepEqual(changes, []);
      assert.deepEqual(namesIn(folder), ["trace"]);
    }),
);

// Generous, as the machine has other things to do; the numbers are printed.
const START_LIMIT_MS = 100;
const MEMORY_LIMIT_MB = 140;
const RUNS = 15;

Deno.test("austin --version starts fast", async () => {
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    await run([program, "--version"]);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const [fastest = NaN] = times;
  const median = times[RUNS >> 1] ?? NaN;
  report(
    `austin --version: ${fastest.toFixed(1)} ms at best, median ${
      median.toFixed(1)
    } ms`,
  );
  assert.ok(median < START_LIMIT_MS, `${median} ms`);
});

testNeeding(
  [tool("python3")],
  "austin --version takes little memory",
  async () => {
    const script = `import resource, subprocess, sys
subprocess.run([sys.argv[1], "--version"], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)`;
    const { stdout } = await run(["python3", "-c", script, program]);
    const megabytes = Number(stdout) / 1024;
    report(`austin --version: ${megabytes.toFixed(1)} MB at most`);
    assert.ok(megabytes > 1 && megabytes < MEMORY_LIMIT_MB, `${megabytes} MB`);
  },
);

function report(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
