/**
 * The file with a capability, in the hands of somebody without any right: it
 * samples what only root may, and nobody can make it do anything else.
 */

import assert from "node:assert/strict";
import { startProgram } from "../support/austin.ts";
import { cCompiler, workshop } from "../support/c_compiler.ts";
import { rootUser, testNeeding, tool } from "../support/needs.ts";
import { type Outcome, program, run } from "../support/program.ts";
import { startTarget } from "../support/target.ts";
import { pythons } from "../../scripts/pythons.ts";

const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/** Deno's debugger listens there, in the form of /proc/net/tcp. */
const DEBUGGER = /^ *\d+: 0100007F:240D /m;

/** One that everybody may execute. */
const SYSTEM_PYTHON = "/usr/bin/python3";

/** A program that does not end when it is asked to. */
const STUBBORN = `import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(10)`;

/** Variables that change what a program does, or deno; none may have an effect. */
const VARIABLES: Readonly<Record<string, string>> = {
  COMPLETE: "bash",
  DENO_V8_FLAGS: "--help",
  DENO_LOG: "trace",
  DENO_DIR: "/tmp/nowhere",
  DENO_CONNECTED: "1",
  DENO_PERMISSION_BROKER_PATH: "/tmp/nowhere/socket",
  DENO_UNSTABLE_CONTROL_SOCK: "tcp:127.0.0.1:1",
  DENO_STARTUP_PHASES: "1",
  DENO_CERT: "/etc/passwd",
  DENO_AUTH_TOKENS: "a@localhost",
  DENO_NO_PROMPT: "1",
  DENORT_BIN: "/bin/sh",
  NODE_OPTIONS: "--inspect-brk --require /tmp/nowhere.js",
  NODE_CHANNEL_FD: "77",
  NODE_DEBUG: "*",
  NODE_EXTRA_CA_CERTS: "/etc/passwd",
  NODE_PATH: "/tmp",
  NPM_CONFIG_REGISTRY: "http://127.0.0.1:1",
  OTEL_DENO: "true",
  RUST_LOG: "trace",
  RUST_BACKTRACE: "full",
  SSLKEYLOGFILE: "/tmp/nowhere/keys",
  LD_DEBUG: "all",
  LD_LIBRARY_PATH: "/tmp",
  LD_BIND_NOT: "1",
  LD_SHOW_AUXV: "1",
  GLIBC_TUNABLES: "glibc.malloc.check=3",
  GCONV_PATH: "/tmp",
  MALLOC_TRACE: "/tmp/nowhere",
  LOCPATH: "/tmp",
};

const needs = [rootUser, tool("setcap"), tool("setpriv"), cCompiler];

/** A copy of the program with a capability, which goes with its folder. */
async function privileged(folder: string): Promise<string> {
  const copy = `${folder}/austin`;
  await Deno.copyFile(program, copy);
  const { stderr } = await run(["setcap", "cap_sys_ptrace+ep", copy]);
  assert.equal(stderr, "");
  return copy;
}

/** @returns whether the process has a handler for SIGUSR1. */
async function catchesDebugger(pid: number): Promise<boolean> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return (Number.parseInt(caught.slice(-8), 16) & (1 << 9)) !== 0;
}

function asNobody(
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  // With `env`, because setpriv would obey some of them itself.
  const variables = Object.entries(env).map((pair) => pair.join("="));
  return run([...NOBODY, "env", ...variables, ...command]);
}

testNeeding(
  needs,
  "austin with a capability samples root's process for nobody",
  async () => {
    await using place = await workshop();
    const austin = await privileged(place.folder);
    const [python] = await pythons(["3.12"]);
    await using target = await startTarget(python!, "split.py", [30]);
    const args = ["-x", "1", "-p", String(target.pid)];
    const { code, stdout } = await asNobody([austin, ...args]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      new RegExp(`^P${target.pid};T0:\\d+;.*split\\.py:`, "m"),
    );
    assert.equal((await asNobody([program, ...args])).code, 37);
  },
);

testNeeding(needs, "austin with a capability obeys no variable", async () => {
  await using place = await workshop();
  const austin = await privileged(place.folder);
  const plain = await asNobody([austin, "--help"]);
  assert.equal(plain.code, 0);
  for (const [name, value] of Object.entries(VARIABLES)) {
    const outcome = await asNobody([austin, "--help"], { [name]: value });
    assert.deepEqual(outcome, plain, name);
  }
  assert.deepEqual(await asNobody([austin, "--help"], VARIABLES), plain);
});

testNeeding(
  needs,
  "austin with a capability loads nobody's library",
  async () => {
    await using place = await workshop();
    const austin = await privileged(place.folder);
    const source = `#include <unistd.h>
    __attribute__((constructor)) static void run(void) { write(2, "injected\\n", 9); }
    unsigned la_version(unsigned version) { run(); return version; }`;
    const library = await place.compile("evil.so", source, [
      "-shared",
      "-fPIC",
    ]);
    for (const name of ["LD_PRELOAD", "LD_AUDIT"]) {
      const env = { [name]: library };
      const { stderr } = await asNobody([austin, "--version"], env);
      assert.ok(!stderr.includes("injected"), name);
      // Without a capability it is the user's own business.
      const plain = await asNobody([program, "--version"], env);
      assert.ok(plain.stderr.includes("injected"), name);
    }
  },
);

testNeeding(
  needs,
  "austin with a capability opens no debugger on SIGUSR1",
  async () => {
    await using place = await workshop();
    const austin = await privileged(place.folder);
    const out = place.path("samples");
    await Deno.writeTextFile(out, "");
    await Deno.chmod(out, 0o666);
    // Once the time is over it waits for the command, and deno listens to signals.
    const command = [SYSTEM_PYTHON, "-c", STUBBORN];
    const args = ["-i", "1ms", "-x", "1", "-o", out, ...command];
    const opensDebugger = async (austin: string[]) => {
      await using sampler = startProgram([...austin, ...args]);
      await sampler.until(() => catchesDebugger(sampler.pid));
      let isOpen = false;
      for (let i = 0; i < 40 && !isOpen; i++) {
        sampler.kill("SIGUSR1");
        await new Promise((resolve) => setTimeout(resolve, 50));
        isOpen = DEBUGGER.test(await Deno.readTextFile("/proc/net/tcp"));
      }
      return isOpen;
    };
    assert.equal(await opensDebugger([...NOBODY, austin]), false);
    // Where there is nothing to protect, it is what deno does.
    assert.equal(await opensDebugger([program]), true);
  },
);

testNeeding(
  needs,
  "austin with a capability gives a command the user's own environment and signal mask",
  async () => {
    await using place = await workshop();
    const austin = await privileged(place.folder);
    const script =
      'env | sort | grep -v "^_="; grep -E "^Sig(Blk|Ign|Cgt)|^Cap" /proc/self/status';
    const command = ["sh", "-c", script];
    const env = { ...VARIABLES, LD_DEBUG: "", LD_SHOW_AUXV: "", AUSTIN_X: "1" };
    // The dynamic loader itself removes these, before anybody can keep them.
    for (const name of Object.keys(env)) {
      if (/^(LD_|GLIBC_|GCONV_|MALLOC_TRACE|LOCPATH)/.test(name)) {
        delete (env as Record<string, string>)[name];
      }
    }
    const direct = await asNobody(command, env);
    const out = place.path("samples");
    await Deno.writeTextFile(out, "");
    await Deno.chmod(out, 0o666);
    const launched = await asNobody([austin, "-o", out, ...command], env);
    assert.equal(launched.stdout, direct.stdout);
  },
);
