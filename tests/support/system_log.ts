/**
 * A system log for tests: it takes what syslog(3) sends to `/dev/log`. Where
 * the machine has a log already, programs are put into a mount namespace in
 * which ours takes its place.
 */

import { pythons } from "../../scripts/pythons.ts";
import { type Need, rootUser, tool } from "./needs.ts";

const PATH = "/dev/log";

/** The runtime has no datagram sockets that are files; Python does. */
const PROGRAM = `
import json, socket, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
print("ready", flush=True)
while True:
    print(json.dumps(log.recv(65536).decode()), flush=True)
`;

const [python] = (await pythons()).filter(({ root }) => root === "");

/** What a machine needs for it. */
export const systemLogNeeds: readonly Need[] = [
  rootUser,
  { what: "a CPython", met: python !== undefined },
  tool("unshare"),
];

/** Lines that reach the system's log. */
export interface SystemLog extends AsyncDisposable {
  /** Argument vector prefix of a program that starts another so that it logs here. */
  readonly wrapper: readonly string[];
  /**
   * Waits for a line with these words, unless they are none.
   * @returns the lines that the `austin` with this PID has sent, with their priority.
   */
  linesOf(pid: number, last: string): Promise<string[]>;
}

/** Starts taking lines. */
export async function startSystemLog(): Promise<SystemLog> {
  const folder = await Deno.makeTempDir({ prefix: "austin-log-" });
  const path = exists(PATH) ? `${folder}/log` : PATH;
  const [program = "", ...args] = python?.command ?? [];
  const process = new Deno.Command(program, {
    args: [...args, "-c", PROGRAM, path],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const log = new RunningLog(process, path, folder);
  await log.ready();
  return log;
}

class RunningLog implements SystemLog {
  readonly wrapper: readonly string[];
  readonly #process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #path: string;
  readonly #folder: string;
  #text = "";

  constructor(process: Deno.ChildProcess, path: string, folder: string) {
    const mount = `mount --bind "$0" ${PATH} && exec "$@"`;
    this.wrapper = path === PATH
      ? []
      : ["unshare", "--mount", "sh", "-c", mount, path];
    this.#process = process;
    this.#reader = process.stdout!.pipeThrough(new TextDecoderStream())
      .getReader();
    this.#path = path;
    this.#folder = folder;
  }

  async ready(): Promise<void> {
    while (!this.#text.startsWith("ready\n")) await this.#readOn();
  }

  async linesOf(pid: number, last: string): Promise<string[]> {
    let lines = this.#linesOf(pid);
    while (last !== "" && !lines.some((line) => line.includes(last))) {
      await this.#readOn();
      lines = this.#linesOf(pid);
    }
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    await this.#reader.cancel();
    await this.#process.status;
    await Deno.remove(this.#path);
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** Priority, time, name and PID, message: `<142>Nov  5 13:00:00 austin[42]: message`. RFC 3164 */
  #linesOf(pid: number): string[] {
    return this.#text.split("\n").slice(1, -1)
      .map((line): string => JSON.parse(line).replace(/\0$/, ""))
      .filter((line) => line.includes(` austin[${pid}]: `))
      .map((line) => line.replace(/>.{16}/, ">"));
  }

  async #readOn(): Promise<void> {
    const { done, value } = await this.#reader.read();
    if (done) throw new Error(`Cannot read on: the log ended\n${this.#text}`);
    this.#text += value;
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
