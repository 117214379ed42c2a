/**
 * A terminal with a shell in it, as a user has one: programs are typed into
 * it, keys are pressed, and what is on the screen can be read.
 *
 * ```ts
 * await using terminal = await openTerminal({ columns: 80, rows: 24 });
 * await terminal.type("austin --tui -p 42\n");
 * await terminal.until((screen) => screen.includes("FUNCTION"));
 * ```
 */

import { until } from "./austin.ts";
import { type Need, tool } from "./needs.ts";

/** What a machine needs for it. */
export const tmuxNeed: Need = tool("tmux");

/** What the shell says when it waits; nothing that programs print. */
export const PROMPT = "%prompt%";

/** How a terminal is. */
export interface TmuxOptions {
  readonly columns: number;
  readonly rows: number;
  /** Variables for the shell and all that it starts. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the shell is. */
  readonly cwd?: string;
}

/** A terminal that is open. */
export class TmuxTerminal implements AsyncDisposable {
  readonly #socket: string;
  #runs = 0;

  /** @param socket path of tmux's. */
  constructor(socket: string) {
    this.#socket = socket;
  }

  /** @returns what is on the screen, without the spaces at the ends of lines. @param colours whether with the sequences that colour it. */
  async screen(colours = false): Promise<string> {
    return await this.#tmux("capture-pane", "-p", ...colours ? ["-e"] : []);
  }

  /** Waits until the screen is as it should be. @returns it. */
  async until(condition: (screen: string) => boolean): Promise<string> {
    let screen = "";
    try {
      await until(async () => condition(screen = await this.screen()));
    } catch (cause) {
      const message = `Cannot see ${condition}\n${screen}`;
      throw new Error(message, { cause });
    }
    return screen;
  }

  /** Types a text. */
  async type(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
  }

  /** Presses keys by the names that tmux has for them. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** Runs a command line to its end. @returns what it left on the screen. */
  async run(line: string): Promise<string> {
    const number = ++this.#runs;
    const mark = `end-of-${number}`;
    // What is typed is not what is printed.
    await this.type(`clear; ${line}; echo "end-of"-${number}\n`);
    const screen = await this.until((screen) => screen.includes(`${mark}\n`));
    return screen.slice(0, screen.indexOf(`${mark}\n`));
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
  }

  /** @returns what tmux knows of the terminal, for instance `alternate_on`. */
  async value(name: string): Promise<string> {
    return (await this.#tmux("display-message", "-p", `#{${name}}`)).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
    await Deno.remove(this.#socket.replace(/\/socket$/, ""), {
      recursive: true,
    });
  }

  /** Gives tmux a command. @returns what it printed. */
  async #tmux(...args: string[]): Promise<string> {
    return await tmux(this.#socket, args);
  }
}

/** Opens a terminal. It is closed when disposed of, and what runs in it hung up. */
export async function openTerminal(
  { columns, rows, env = {}, cwd }: TmuxOptions,
): Promise<TmuxTerminal> {
  const socket = `${await Deno.makeTempDir({ prefix: "austin tmux " })}/socket`;
  const variables = { PS1: PROMPT, HISTFILE: "", LC_ALL: "C.UTF-8", ...env };
  await tmux(socket, [
    ...["new-session", "-d", "-x", `${columns}`, "-y", `${rows}`],
    ...Object.entries(variables).flatMap(([k, v]) => ["-e", `${k}=${v}`]),
    ...cwd === undefined ? [] : ["-c", cwd],
    // Several words, or another shell would begin and forget PS1.
    ...["bash", "--norc", "--noprofile"],
  ]);
  const terminal = new TmuxTerminal(socket);
  try {
    await tmux(socket, ["set-option", "-g", "status", "off"]);
    await terminal.resize(columns, rows);
    await terminal.until((screen) => screen.includes(PROMPT));
    return terminal;
  } catch (error) {
    await terminal[Symbol.asyncDispose]();
    throw error;
  }
}

async function tmux(socket: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("tmux", {
    args: ["-u", "-S", socket, "-f", "/dev/null", ...args],
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (success || args[0] === "kill-server") return text.decode(stdout);
  throw new Error(`tmux ${args.join(" ")}: ${text.decode(stderr)}`);
}
