/** The completions in `share/completions/` do in real shells what they should. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { austinOptions } from "../../src/cli/options.ts";
import { testNeeding, tool } from "../support/needs.ts";

const COMPLETIONS = join(import.meta.dirname!, "../../share/completions");

/** Runs a shell. @returns what it prints, in lines. */
async function lines(command: string, args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: import.meta.dirname!,
    env: { LC_ALL: "C.UTF-8", HOME: "/nonexistent" },
  }).output();
  const text = new TextDecoder();
  assert.equal(code, 0, text.decode(stderr));
  return text.decode(stdout).split("\n").filter((line) => line !== "");
}

const shells = {
  /** Calls the function as bash does: words come apart at `=`. */
  bash: (line: string) => {
    const words = line.split(/ |(=)/).filter((word) => word !== undefined);
    const script = `. ${COMPLETIONS}/austin.bash
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _austin && printf '%s\\n' "\${COMPREPLY[@]}"`;
    return lines("bash", ["--norc", "-c", script, "bash", ...words]);
  },
  fish: async (line: string) => {
    const script = `source ${COMPLETIONS}/austin.fish; complete -C "$argv[1]"`;
    const found = await lines("fish", ["--no-config", "-c", script, line]);
    return found.map((one) => one.split("\t")[0]!.replace(/^--[^=]*=/, ""));
  },
  /** Presses the tabulator in a terminal and looks at the screen. */
  zsh: async (line: string) => {
    await using terminal = await zshTerminal();
    await terminal.keys(["-l", line]);
    await terminal.keys(["Tab"]);
    const screen = await terminal.changed(`> ${line}`);
    const [typed = "", ...listed] = screen.split("\n");
    const words = listed.flatMap((one) => /^(--\S+|\d+)/.exec(one)?.[0] ?? []);
    if (words.length > 0) return words;
    return [typed.trimEnd().split(/[ =]/).at(-1)!];
  },
} as const;

/** A zsh with our completions, and nothing else of anybody's. */
async function zshTerminal(): Promise<
  AsyncDisposable & {
    keys: (keys: string[]) => Promise<void>;
    changed: (from: string) => Promise<string>;
  }
> {
  const server = `austin-${crypto.randomUUID()}`;
  const tmux = (...args: string[]) =>
    lines("tmux", ["-L", server, "-f", "/dev/null", ...args]);
  const zsh = 'env ZDOTDIR=/nonexistent PS1="> " zsh -f -i';
  await tmux("new-session", "-d", "-x", "200", "-y", "100", zsh);
  const screen = async () => (await tmux("capture-pane", "-p")).join("\n");
  const shown = async (isIt: (screen: string) => boolean) => {
    let last = "";
    for (let i = 0; i < 500; i++) {
      const now = await screen();
      // What is drawn in several steps has come to rest.
      if (isIt(now) && now === last) return now;
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`zsh shows only: ${await screen()}`);
  };
  const setup = [
    `fpath=(${COMPLETIONS} $fpath)`,
    "autoload -U compinit",
    "compinit -u -D",
    "zstyle ':completion:*' insert-tab false",
    "LISTMAX=500",
    "setopt no_list_beep no_menu_complete no_auto_menu",
    "clear",
    "print rea''dy",
  ];
  await tmux("send-keys", setup.join("; "), "Enter");
  await shown((text) => text.startsWith("ready"));
  await tmux("send-keys", "clear", "Enter");
  await shown((text) => text.trim() === ">");
  return {
    keys: async (keys) => void await tmux("send-keys", ...keys),
    changed: (from) =>
      shown((text) => text !== "" && text.trimEnd() !== from.trimEnd()),
    [Symbol.asyncDispose]: async () => void await tmux("kill-server"),
  };
}

for (const [shell, complete] of Object.entries(shells)) {
  const test = (name: string, fn: () => Promise<void>) =>
    testNeeding([tool(shell), tool("tmux")], `${shell} completes ${name}`, fn);

  test("every option", async () => {
    const long = austinOptions.map((option) => `--${option.long}`);
    const found = (await complete("austin --")).map((word) =>
      word.replace(/=$/, "")
    );
    assert.deepEqual(
      [...new Set(found)].filter((word) => word.startsWith("--")).sort(),
      long.sort(),
    );
  });

  test("a format, in a word of its own or glued", async () => {
    for (const line of ["austin --format mo", "austin --format=mo"]) {
      assert.deepEqual(await complete(line), ["mojo"], line);
    }
  });

  test("processes", async () => {
    const pid = String(Deno.pid);
    const found = await complete(`austin -p ${pid.slice(0, -1)}`);
    assert.ok(found.includes(pid), found.join(" "));
  });

  test("files", async () => {
    const found = await complete("austin -o completions_t");
    assert.deepEqual(found, ["completions_test.ts"]);
  });
}

testNeeding(
  [tool("bash")],
  "bash leaves the command's own words to others",
  async () => {
    const found = await shells.bash("austin -i 1ms python3 completions_t");
    assert.deepEqual(found, ["completions_test.ts"]);
  },
);
