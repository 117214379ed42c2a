/**
 * Runs the built program on command lines: to its end, or step by step.
 *
 * ```ts
 * const { code, stdout } = await austin(["-x1", "-p", String(target.pid)]);
 *
 * await using run = startAustin(["-P", "-o", file, "python3", "x.py"]);
 * await run.until(() => run.stdout.includes("ready"));
 * run.kill("SIGINT");
 * const { code } = await run.ended;
 * ```
 */

import { isAbsolute, join } from "node:path";
import type { Python } from "../../scripts/pythons.ts";
import { type Outcome, program } from "./program.ts";
import { TARGETS } from "./target.ts";

/** The program, or whoever starts it, is killed after this. */
const LIMIT_MS = 60_000;

/** Time between two looks at a condition. */
const POLL_MS = 5;

/** How austin is started. */
export interface AustinOptions {
  /** Variables added to our own environment. */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** What it reads; without it there is nothing to read, `"open"` leaves it to `write`. */
  readonly stdin?: string | "open";
  /** Argument vector prefix of a program that runs it: `["unshare", "-p", "-f"]`. */
  readonly wrapper?: readonly string[];
  /** Runs it as this user, who has no rights at all. */
  readonly as?: number;
  /** Takes what it prints to standard output, line by line, instead of `stdout`. */
  readonly onLine?: (line: string) => void;
}

/** A program that is running. */
export interface RunningAustin extends AsyncDisposable {
  /** Process id, of the wrapper if there is one that does not exec. */
  readonly pid: number;
  /** What it has printed so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** How it ended. */
  readonly ended: Promise<Outcome>;
  /** Sends it a signal. */
  kill(signal: Deno.Signal): void;
  /** Gives it something to read. */
  write(text: string): Promise<void>;
  /** Waits until the condition holds. @throws {Error} when it ended or a minute went by before that. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
}

/** Runs austin to its end. */
export async function austin(
  args: readonly string[],
  options: AustinOptions = {},
): Promise<Outcome> {
  await using run = startAustin(args, options);
  return await run.ended;
}

/** Starts austin. @throws {Error} when there is no such program. */
export function startAustin(
  args: readonly string[],
  options: AustinOptions = {},
): RunningAustin {
  checkProgram();
  return startProgram([program, ...args], options);
}

/** Starts any program the same way. */
export function startProgram(
  command: readonly string[],
  options: AustinOptions = {},
): RunningAustin {
  const user = options.as === undefined ? [] : [
    "setpriv",
    `--reuid=${options.as}`,
    `--regid=${options.as}`,
    "--clear-groups",
  ];
  return new Running([...options.wrapper ?? [], ...user, ...command], options);
}

/** @param script as for `startTarget`. @returns the words that start a target, for austin to launch. */
export async function targetCommand(
  python: Python,
  script: string,
  args: readonly (string | number)[] = [],
): Promise<string[]> {
  const path = isAbsolute(script) ? script : join(TARGETS, script);
  const inside = await python.install(path);
  return [...python.command, "-B", inside, ...args.map(String)];
}

/** Waits until a condition holds. @throws {Error} when a minute goes by before that. */
export async function until(
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!await condition()) {
    if (performance.now() > deadline) {
      throw new Error(`Cannot wait any longer for ${condition}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function checkProgram(): void {
  try {
    if (Deno.statSync(program).isFile) return;
  } catch {
    // Said below.
  }
  throw new Error(
    `Cannot test ${program}: there is no such file; build it with \`deno task pack\``,
  );
}

class Running implements RunningAustin {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Outcome>;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array> | undefined;
  readonly #name: string;
  #hasEnded = false;

  constructor(command: readonly string[], options: AustinOptions) {
    const [file = "", ...args] = command;
    this.#name = command.join(" ");
    const { stdin } = options;
    this.#process = new Deno.Command(file, {
      args,
      ...options.env === undefined ? {} : { env: options.env },
      ...options.cwd === undefined ? {} : { cwd: options.cwd },
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (stdin !== undefined) this.#input = this.#process.stdin.getWriter();
    if (stdin !== undefined && stdin !== "open") {
      this.write(stdin).then(() => this.#closeInput(), () => {});
    }
    this.ended = this.#run(options.onLine);
  }

  get pid(): number {
    return this.#process.pid;
  }

  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  async write(text: string): Promise<void> {
    await this.#input?.write(new TextEncoder().encode(text));
  }

  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    await until(async () => {
      const hadEnded = this.#hasEnded;
      if (await condition()) return true;
      if (!hadEnded) return false;
      throw new Error(
        `"${this.#name}" ended before ${condition}\n${this.stdout}${this.stderr}`,
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#endIfAlive();
    await this.ended.catch(() => {});
  }

  async #run(onLine?: (line: string) => void): Promise<Outcome> {
    const timer = setTimeout(() => this.#endIfAlive(), LIMIT_MS);
    try {
      const takeText = (text: string) => void (this.stdout += text);
      const takeStdout = onLine === undefined ? takeText : eachLine(onLine);
      const [{ code, signal }] = await Promise.all([
        this.#process.status,
        read(this.#process.stdout, takeStdout),
        read(this.#process.stderr, (text) => void (this.stderr += text)),
      ]);
      if (signal === "SIGKILL") this.stderr += `\n"${this.#name}" was killed\n`;
      return { code, stdout: this.stdout, stderr: this.stderr };
    } finally {
      clearTimeout(timer);
      this.#hasEnded = true;
      await this.#closeInput();
    }
  }

  #endIfAlive(): void {
    if (this.#hasEnded) return;
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async #closeInput(): Promise<void> {
    await this.#input?.close().catch(() => {});
  }
}

async function read(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    take(text);
  }
}

/** Cuts text into lines; what is not ended by a line feed at the end is lost. */
function eachLine(take: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    if (!text.includes("\n")) {
      rest += text;
      return;
    }
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  };
}
