/**
 * Starts the programs of `tests/targets/` under a given CPython and waits until they say that they are ready, so that no
 * test has to sleep. A target dies with its test: it is killed when disposed of, and it ends by itself when its standard
 * input closes.
 *
 * ```ts
 * await using target = await startTarget(python, "split.py", ["10"]);
 * // … look at target.pid …
 * const truth = await target.finish(); // or let it live its 10 seconds: target.ended()
 * ```
 */

import { isAbsolute, join } from "node:path";
import type { Python } from "../../scripts/pythons.ts";

/** Where the targets are. */
export const TARGETS: string = join(import.meta.dirname ?? ".", "../targets");

/** Far more than any target takes, also on a busy machine. */
const DEFAULT_READY_TIMEOUT_MS = 30_000;

/** What a target says of itself: a JSON object, described in its file. */
// deno-lint-ignore no-explicit-any
export type Facts = Record<string, any>;

/** How a target is started. */
export interface TargetOptions {
  /** How long to wait for it to be ready; default 30 s. */
  readonly readyTimeoutMs?: number;
  /** Options for Python itself, before the script; default `-B`, so that no `__pycache__` is left behind. */
  readonly pythonArgs?: readonly string[];
  /** Argument vector prefix of a program that runs the target, such as `["taskset", "-c", "0"]`. */
  readonly wrapper?: readonly string[];
  /** Variables added to our own environment. */
  readonly env?: Record<string, string>;
}

/** A target that is running. */
export interface Target extends AsyncDisposable {
  /** Process id, of the wrapper if there is one that does not exec. */
  readonly pid: number;
  /** Path of the script as the interpreter names it. */
  readonly script: string;
  /** What it said when it was ready. */
  readonly facts: Facts;
  /** Reads its next line of output; `null` at the end. */
  readLine(): Promise<string | null>;
  /**
   * Asks it to end by closing its standard input; returns what it said of itself at the end, if it did.
   *
   * @throws {Error} when it ended with a failure; the message holds its standard error.
   */
  ended(): Promise<Facts>;
  /** Asks it to end now, by closing its standard input, and is {@linkcode ended} otherwise. */
  finish(): Promise<Facts>;
  /** Kills it and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a target and waits for its `ready` line.
 *
 * @param script a file name in `tests/targets/`, or an absolute path.
 * @param args its arguments: mostly the seconds that it may live come first.
 * @throws {Error} when it ends or stays silent instead; the message holds its standard error.
 */
export async function startTarget(
  python: Python,
  script: string,
  args: readonly (string | number)[] = [],
  options: TargetOptions = {},
): Promise<Target> {
  const inside = await python.install(
    isAbsolute(script) ? script : join(TARGETS, script),
  );
  const command = [
    ...python.command,
    ...(options.pythonArgs ?? ["-B"]),
    inside,
    ...args.map(String),
  ];
  return await startCommand(command, inside, options);
}

/**
 * Starts any command that says `ready` as a target does.
 *
 * @param script what {@linkcode Target.script} will be.
 * @throws {Error} as {@linkcode startTarget} does.
 */
export async function startCommand(
  command: readonly string[],
  script: string,
  options: TargetOptions = {},
): Promise<Target> {
  const target = new RunningTarget(
    [...(options.wrapper ?? []), ...command],
    script,
    options.env ?? {},
  );
  try {
    await target.becomeReady(
      options.readyTimeoutMs ?? DEFAULT_READY_TIMEOUT_MS,
    );
    return target;
  } catch (error) {
    await target.kill();
    throw error;
  }
}

class RunningTarget implements Target {
  readonly script: string;
  facts: Facts = {};
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #complaints: Promise<string>;
  readonly #name: string;

  constructor(
    command: readonly string[],
    script: string,
    env: Record<string, string>,
  ) {
    const [program = "", ...args] = command;
    this.#name = command.join(" ");
    this.script = script;
    this.#process = new Deno.Command(program, {
      args,
      env: { ...env, PYTHONIOENCODING: "utf-8" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#lines = this.#process.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new LineStream())
      .getReader();
    this.#complaints = new Response(this.#process.stderr).text();
  }

  get pid(): number {
    return this.#process.pid;
  }

  async becomeReady(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.#signalKill(), timeoutMs);
    const start = performance.now();
    try {
      const facts = await this.#awaitFacts("ready");
      if (facts === null) {
        throw await this.#neverReady(performance.now() - start >= timeoutMs);
      }
      this.facts = facts;
    } finally {
      clearTimeout(timer);
    }
  }

  async #neverReady(late: boolean): Promise<Error> {
    const problem = late ? "not ready in time" : "it ended";
    // What it started holds its standard error too, and ends by this.
    await this.#closeInput();
    return new Error(
      `Cannot wait for "${this.#name}": ${problem}\n${await this.#complaints}`,
    );
  }

  async readLine(): Promise<string | null> {
    const { done, value } = await this.#lines.read();
    return done ? null : value;
  }

  async finish(): Promise<Facts> {
    await this.#closeInput();
    return await this.ended();
  }

  async ended(): Promise<Facts> {
    const facts = await this.#awaitFacts("done");
    await this.#drain();
    const { success, code } = await this.#process.status;
    if (!success) {
      throw new Error(
        `"${this.#name}" ended with ${code}\n${await this.#complaints}`,
      );
    }
    return facts ?? {};
  }

  async kill(): Promise<void> {
    this.#signalKill();
    await this.#drain();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  /** Reads lines up to the one that begins with `word`; `null` when there is none. */
  async #awaitFacts(word: string): Promise<Facts | null> {
    for (
      let line = await this.readLine();
      line !== null;
      line = await this.readLine()
    ) {
      if (line.startsWith(`${word} `)) {
        return JSON.parse(line.slice(word.length + 1));
      }
    }
    return null;
  }

  #signalKill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      if (
        !(error instanceof TypeError || error instanceof Deno.errors.NotFound)
      ) throw error; // it has ended already
    }
  }

  async #closeInput(): Promise<void> {
    if (!this.#process.stdin.locked) {
      await this.#process.stdin.close().catch(() => {});
    }
  }

  async #drain(): Promise<void> {
    await this.#closeInput();
    while (await this.readLine() !== null) { /* what nobody asked for */ }
    await this.#complaints;
    await this.#process.status;
  }
}

/** Cuts text into lines, without their ends; a last line needs none. */
class LineStream extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform(text, controller) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line.replace(/\r$/, ""));
      },
      flush(controller) {
        if (rest !== "") controller.enqueue(rest);
      },
    });
  }
}
