/**
 * A program for `pack_test.ts` to pack: each of its arguments shows one thing
 * that a packed program relies on.
 */

import { openLibrary } from "../../ffi/library.ts";
import { AustinError } from "../../src/errors.ts";
import { targetEnvironment } from "../../src/process/environment.ts";

class NamedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

const UNKNOWN = 64;

const actions: Record<string, (args: string[]) => unknown> = {
  args: (args) => args,
  exit: ([code]) => Deno.exit(Number(code)),
  fail: () => {
    throw new NamedError("on purpose");
  },
  environment: () => Deno.env.toObject(),
  library: () => {
    const library = openLibrary();
    const version = library.symbols.austin_abi_version();
    library.close();
    return version;
  },
  node: async () => {
    const { gzipSync } = await import("node:zlib");
    return gzipSync(new Uint8Array(1000)).length < 100;
  },
  later: async () => {
    if (globalThis.wasLater) return "too early";
    const { thrower } = await import("./packed_later.ts");
    try {
      return thrower();
    } catch (error) {
      // The class is one class, whichever script throws.
      return error instanceof AustinError ? error.name : "another class";
    }
  },
  text: () => "ünï ─ 文字 \u{1f40d}",
  path: () => Deno.execPath(),
  status: () => Deno.readTextFileSync("/proc/self/status"),
  echo: () => Deno.stdin.readable.pipeTo(Deno.stdout.writable),
  spawn: async ([command = "", ...args]) => {
    const child = new Deno.Command(command, {
      args,
      env: targetEnvironment(),
      stdout: "inherit",
      stderr: "inherit",
    });
    Deno.exit((await child.output()).code);
  },
  wait: async () => {
    print("waiting");
    await Deno.stdin.read(new Uint8Array(1));
  },
};

async function main(): Promise<void> {
  const [action = "", ...args] = Deno.args;
  if (!Object.hasOwn(actions, action)) Deno.exit(UNKNOWN);
  const result = await actions[action]!(args);
  if (result !== undefined) print(JSON.stringify(result));
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

main();
