/** `austin --tui`: the one file in a terminal, keys pressed and screens read. */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import { austin, targetCommand, until } from "../support/austin.ts";
import { parseCollapsed } from "../support/collapsed.ts";
import { inFolder } from "../support/folder.ts";
import { testNeeding } from "../support/needs.ts";
import { program } from "../support/program.ts";
import { startTarget, type Target } from "../support/target.ts";
import {
  openTerminal,
  PROMPT,
  tmuxNeed,
  type TmuxTerminal,
} from "../support/tmux.ts";

const [python] = await pythons(["3.12"]);

function testTui(name: string, fn: () => Promise<void>): void {
  const need = { what: "CPython 3.12", met: python !== undefined };
  testNeeding([need, tmuxNeed], name, fn);
}

const SIZE = { columns: 100, rows: 24 };

/** Starts the view of something, and waits for its first rows. */
async function startView(
  terminal: TmuxTerminal,
  words: readonly string[],
): Promise<void> {
  const line = [program, "--tui", ...words].map(quote).join(" ");
  await terminal.type(`clear; ${line}; echo code $?\n`);
  await terminal.until((screen) => /%TOTAL.*\n +\S+.*\d/.test(screen));
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Gives a test a view of a process that shares its time in a known way. */
async function inView(
  test: (terminal: TmuxTerminal, target: Target) => Promise<void>,
  { size = SIZE, words = [] as string[], env = {} } = {},
): Promise<void> {
  await using target = await startTarget(python!, "split.py", [60, 3]);
  await using terminal = await openTerminal({ ...size, env });
  await startView(terminal, [...words, "-p", `${target.pid}`]);
  await test(terminal, target);
}

/** What a row of a table says: `50.1 98.0  name`. */
interface Shares {
  readonly own: number;
  readonly total: number;
}

/** @returns the shares of each function on the screen. */
function sharesOf(screen: string): Map<string, Shares> {
  const rows = screen.matchAll(
    /^.* (\d+\.?\d*) +(\d+\.?\d*) {2}[^\w<]*([\w.<>]+)/gm,
  );
  return new Map(
    [...rows].map(([, own, total, name]) => [
      name!,
      { own: Number(own), total: Number(total) },
    ]),
  );
}

/** @returns the number that a header has behind a word. */
function numberAfter(screen: string, word: string): number {
  const [, digits = "NaN", unit = ""] =
    new RegExp(`${word} +([0-9.]+)([kM]?)`).exec(screen) ?? [];
  return Number(digits) * { "": 1, k: 1e3, M: 1e6 }[unit]!;
}

/** The shell is there again, and the terminal is as it was. */
async function assertRestored(
  terminal: TmuxTerminal,
  code: number,
): Promise<string> {
  const screen = await terminal.until((screen) =>
    /code \d+\n/.test(screen) && screen.trimEnd().endsWith(PROMPT)
  );
  assert.match(screen, new RegExp(`code ${code}\n`));
  assert.equal(await terminal.value("alternate_on"), "0");
  assert.equal(await terminal.value("cursor_flag"), "1");
  assert.equal(await terminal.value("wrap_flag"), "1");
  return screen;
}

for (const size of [[40, 12], [80, 24], [200, 60]] as const) {
  const [columns, rows] = size;
  testTui(`--tui shows where time goes, at ${columns} by ${rows}`, async () => {
    await inView(async (terminal) => {
      const enough = (screen: string) =>
        numberAfter(screen, "samples") > 15_000;
      const screen = await terminal.until(enough);
      const shares = sharesOf(screen);
      const of = (name: string) => shares.get(name)?.own ?? NaN;
      const whole = of("half") + of("three_tenths") + of("fifth");
      assert.ok(Math.abs(of("half") / whole - 0.5) < 0.15, screen);
      assert.ok(Math.abs(of("three_tenths") / whole - 0.3) < 0.15, screen);
      assert.ok(Math.abs(of("fifth") / whole - 0.2) < 0.15, screen);
      assert.ok(shares.get("rounds")!.total > 90, screen);
      const lines = screen.trimEnd().split("\n");
      assert.equal(lines.length, rows);
      assert.ok(lines.every((line) => line.length <= columns));
      await terminal.press("q");
      await assertRestored(terminal, 0);
    }, { size: { columns, rows } });
  });
}

testTui("--tui tells what is looked at", async () => {
  await inView(async (terminal, target) => {
    const screen = await terminal.until((screen) => /CPU.*%.*MB/.test(screen));
    assert.match(screen, new RegExp(`PID ${target.pid} .*split\\.py 60 3`));
    assert.match(screen, /thread all 1 +samples \S+ +errors \d+ +rate \S+\/s/);
    assert.match(screen, /mode wall 1ms +Python 3\.12\.\d/);
    const cpu = numberAfter(screen.replaceAll(/[▁-█ ]+/g, " "), "CPU");
    assert.ok(cpu >= 1 && cpu <= 110, screen);
    const status = await Deno.readTextFile(`/proc/${target.pid}/status`);
    const megabytes = Number(/VmRSS:\s*(\d+)/.exec(status)![1]) / 1024;
    const shown = Number(/([\d.]+)MB\n/.exec(screen)![1]);
    assert.ok(Math.abs(shown / megabytes - 1) < 0.2, screen);
    // Wide enough for the command line, wherever this repository lies.
  }, { words: ["-i", "1ms"], size: { columns: 400, rows: 24 } });
});

testTui("--tui has a view behind each key", async () => {
  await inView(async (terminal) => {
    await terminal.press("f");
    const tree = await terminal.until((screen) => /▾ nest/.test(screen));
    assert.match(
      tree,
      /▾ main thread \d+\n.*▾ <module>.*\n.*▾ nest.*split\.py:\d+/,
    );
    assert.match(tree, /├· half/);
    await terminal.press("w");
    const where = await terminal.until((screen) => /└ \w+/.test(screen));
    assert.match(where, /main thread \d+ ◂\n.*│ <module>(.*\n.*│ nest){4}/);
    await terminal.press("g");
    await terminal.until((screen) => /▏all threads/.test(screen));
    // At first they may be any; in the end they are as the target shares its time.
    await terminal.until((screen) => {
      const width = blockWidths(screen);
      return width("half") > width("three_tenths") &&
        width("three_tenths") > width("fifth");
    });
    await terminal.press("Down", "Down", "Down", "Enter");
    await terminal.until((screen) =>
      /98\.\d%|99\.\d%|100% /.test(screen) && !/▏all threads/.test(screen)
    );
    await terminal.press("BSpace");
    await terminal.until((screen) => /▏all threads/.test(screen));
    await terminal.press("o");
    await terminal.until((screen) => /keeps its output/.test(screen));
    await terminal.press("?");
    const help = await terminal.until((screen) => /next view/.test(screen));
    assert.match(help, /leaves out more, or less/);
    await terminal.press("Escape");
    await terminal.until((screen) => /keeps its output/.test(screen));
    await terminal.press("BTab", "Tab", "Tab");
    await terminal.until((screen) => /OWN +TOTAL/.test(screen));
  });
});

testTui(
  "--tui filters, sorts, leaves out, holds still and begins anew",
  async () => {
    await inView(async (terminal) => {
      await terminal.type("/FIFTH");
      await terminal.until((screen) =>
        !/half/.test(screen) && /fifth/.test(screen)
      );
      await terminal.press("Enter");
      await terminal.until((screen) => /\/FIFTH$/.test(screen.trimEnd()));
      await terminal.press("Escape");
      await terminal.until((screen) => /half/.test(screen));
      await terminal.type(">");
      const first = /FILE:LINE\n.* {2}([\w<>]+) /;
      await terminal.until((screen) =>
        /rounds|module|nest/.test(first.exec(screen)?.[1] ?? "")
      );
      await terminal.type("++++++++");
      await terminal.until((screen) =>
        /≥50%/.test(screen) && !/fifth/.test(screen)
      );
      await terminal.type("p");
      const held = await terminal.until((screen) => /paused/.test(screen));
      await terminal.press("Down");
      const later = await terminal.until((screen) => /paused/.test(screen));
      assert.equal(numberAfter(later, "samples"), numberAfter(held, "samples"));
      await terminal.type("p");
      const before = numberAfter(held, "samples");
      await terminal.until((screen) => numberAfter(screen, "samples") > before);
      await terminal.type("z");
      await terminal.until((screen) => numberAfter(screen, "samples") < before);
    });
  },
);

/** @returns the width of each block of the flame graph below `rounds`; NaN when it is not there. */
function blockWidths(screen: string): (name: string) => number {
  // A screen comes without the blanks at the ends of its lines.
  const level = (/▏rounds *\n(.*)\n/.exec(screen)?.[1] ?? "")
    .padEnd(SIZE.columns);
  const blocks = [...level.matchAll(/▏(\w+)[^▏]*/g)];
  const widths = new Map(blocks.map(([block, name]) => [name, block.length]));
  return (name) => widths.get(name) ?? NaN;
}

testTui("--tui fits a terminal whose size changes", async () => {
  await inView(async (terminal) => {
    for (
      const [columns, rows] of [[50, 14], [120, 40], [10, 3], [300, 100], [
        80,
        24,
      ]]
    ) {
      await terminal.resize(columns!, rows!);
      await terminal.until((screen) => {
        const lines = screen.trimEnd().split("\n");
        if (columns === 10) return lines[0] === "too small";
        return lines.length === rows && /\? help/.test(lines.at(-1)!) &&
          /half/.test(screen) && lines.every((line) => line.length <= columns!);
      });
    }
    await terminal.press("q");
    await assertRestored(terminal, 0);
  });
});

testTui("--tui gives the terminal back as it was", async () => {
  await using target = await startTarget(python!, "split.py", [60]);
  await using terminal = await openTerminal(SIZE);
  const before = await terminal.run("stty -a");
  for (
    const [signal, code] of [["", 0], ["INT", 254], ["TERM", 241], [
      "HUP",
      255,
    ]] as const
  ) {
    await startView(terminal, ["-p", `${target.pid}`]);
    assert.equal(await terminal.value("alternate_on"), "1");
    if (signal === "") await terminal.press("C-c");
    else Deno.kill(await viewPid(target), `SIG${signal}`);
    await assertRestored(terminal, code);
    assert.equal(await terminal.run("stty -a"), before);
    await until(() => samplers(target).length === 0);
  }
});

/** @returns the ids of processes that look at a target: views and samplers. */
function lookers(target: Target): { pid: number; words: string[] }[] {
  const pids = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name));
  return pids.filter((pid) => pid > 0).map((pid) => ({
    pid,
    words: wordsOf(pid),
  }))
    .filter(({ words }) =>
      words.includes(`${target.pid}`) || words.includes(`--pid=${target.pid}`)
    );
}

function samplers(target: Target): number[] {
  return lookers(target).filter(({ words }) => words.includes("--pipe"))
    .map(({ pid }) => pid);
}

async function viewPid(target: Target): Promise<number> {
  const views = () =>
    lookers(target).filter(({ words }) => words.includes("--tui"));
  await until(() => views().length === 1);
  return views()[0]!.pid;
}

function wordsOf(pid: number): string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
  } catch {
    return [];
  }
}

testTui("--tui is suspended and comes back", async () => {
  await inView(async (terminal) => {
    await terminal.press("C-z");
    await terminal.until((screen) => screen.trimEnd().endsWith(PROMPT));
    assert.equal(await terminal.value("alternate_on"), "0");
    assert.match(await terminal.run("stty -a"), / echo /);
    await terminal.type("clear; fg; echo code $?\n");
    await terminal.until((screen) => /three_tenths/.test(screen));
    await terminal.press("q");
    await assertRestored(terminal, 0);
  });
});

testTui("--tui outlives the process that it looks at", async () => {
  await inView(async (terminal, target) => {
    await target.kill();
    await terminal.until((screen) => /ended \d+:\d\d/.test(screen));
    await terminal.press("f");
    await terminal.until((screen) => /├· half/.test(screen));
    await terminal.press("q");
    await assertRestored(terminal, 0);
  });
});

testTui("--tui outlives its sampler, and says so", async () => {
  await inView(async (terminal, target) => {
    const [sampler] = samplers(target);
    Deno.kill(sampler!, "SIGKILL");
    const screen = await terminal.until((screen) => /ended/.test(screen));
    assert.match(screen, /The sampler was ended by SIGKILL/);
    assert.match(screen, /half/);
    await terminal.press("q");
    await assertRestored(terminal, 0);
  });
});

testTui(
  "--tui launches a command, whose words do not spoil the screen",
  async () => {
    await using terminal = await openTerminal(SIZE);
    await startView(terminal, ["-s", ...python!.command, "-c", LOUD]);
    await terminal.press("o");
    const screen = await terminal.until((screen) => /to stderr 3/.test(screen));
    assert.match(screen, /^ Standard output is discarded/m);
    assert.doesNotMatch(screen, /to stdout/);
    assert.match(screen, /read ''/);
    await terminal.press("q");
    const end = await assertRestored(terminal, 0);
    assert.doesNotMatch(end, /to std/);
  },
);

/** Writes to both streams and works. */
const LOUD = `
import sys, time
print("read", repr(sys.stdin.read()), file=sys.stderr)
for i in range(1000):
    print("to stdout", i, flush=True)
    print("to stderr", i, file=sys.stderr)
    until = time.time() + 0.1
    while time.time() < until: pass
`;

/** Takes a megabyte every now and then. */
const HUNGRY = `
import time
kept = []
for i in range(500):
    kept.append(bytearray(b"x" * (1 << 20)))
    time.sleep(0.05)
`;

testTui("--tui tells of memory, and of all at once", async () => {
  await using terminal = await openTerminal(SIZE);
  await startView(terminal, ["-f", ...python!.command, "-c", HUNGRY]);
  await terminal.until((screen) => /shows Wall time/.test(screen));
  await terminal.press("m", "m");
  await terminal.until((screen) =>
    /shows Memory gained/.test(screen) && /\d[kM]B +\S+[kM]?B +\d/.test(screen)
  );
});

testTui(
  "--tui saves what was sampled, in the form that its name asks for",
  async () => {
    await inFolder(async (folder) => {
      await inView(async (terminal) => {
        const name = (text: string) => ["C-u", ...text];
        await terminal.press("s");
        await terminal.until((screen) =>
          /Save as: austin_\d+_\d+\.mojo/.test(screen)
        );
        await terminal.press(...name(`${folder}/a.austin`), "Enter");
        await terminal.until((screen) => /Saved as text/.test(screen));
        await terminal.press("s", ...name(`${folder}/a.mojo`), "Enter");
        await terminal.until((screen) => /Saved as mojo/.test(screen));
        await terminal.press("s", ...name(`${folder}/none/x`), "Enter");
        await terminal.until((screen) =>
          /Unable to create the given output file/.test(screen)
        );
      });
      const { samples } = parseCollapsed(
        await Deno.readTextFile(`${folder}/a.austin`),
      );
      assert.ok(samples.length > 3);
      const converted = await austin(["--from", `${folder}/a.mojo`]);
      assert.match(
        converted.stdout,
        /split\.py:rounds:\d+;.*split\.py:half:\d+ \d+/,
      );
      await showsFile(`${folder}/a.mojo`);
      await showsFile(`${folder}/a.austin`);
      const bytes = await Deno.readFile(`${folder}/a.mojo`);
      await Deno.writeFile(
        `${folder}/cut.mojo`,
        bytes.subarray(0, bytes.length - 3),
      );
      await showsFile(`${folder}/cut.mojo`, /Cannot read the profile/);
    });
  },
);

async function showsFile(path: string, trouble?: RegExp): Promise<void> {
  await using terminal = await openTerminal(SIZE);
  await startView(terminal, ["--from", path]);
  const screen = await terminal.until((screen) => /duration/.test(screen));
  const shares = sharesOf(screen);
  assert.ok(shares.get("rounds")!.total > 90, screen);
  if (trouble !== undefined) assert.match(screen, trouble);
  await terminal.press("q");
  await assertRestored(terminal, 0);
}

testTui("--tui -o writes what was sampled at its end", async () => {
  await inFolder(async (folder) => {
    await inView(async (terminal) => {
      await terminal.press("q");
      await assertRestored(terminal, 0);
    }, { words: ["-o", `${folder}/end.austin`] });
    const text = await Deno.readTextFile(`${folder}/end.austin`);
    assert.match(text, /;.*split\.py:half:\d+ \d+\n/);
  });
});

testTui("--tui has colours where they are wanted", async () => {
  // deno-lint-ignore no-control-regex
  const colour = /\x1b\[[0-9;]*(3[1-7]|38;5|9[0-7])[0-9;]*m/;
  await inView(async (terminal) => {
    assert.match(await terminal.screen(true), colour);
  });
  await inView(async (terminal) => {
    assert.doesNotMatch(await terminal.screen(true), colour);
    await terminal.press("g");
    await terminal.until((screen) => /▏half/.test(screen));
    assert.doesNotMatch(await terminal.screen(true), colour);
  }, { env: { NO_COLOR: "1" } });
});

testTui("--tui refuses what is no terminal", async () => {
  const piped = await austin(["--tui", "-p", "1"]);
  assert.equal(piped.code, 69);
  assert.match(
    piped.stderr,
    /^austin: Cannot show the terminal view: standard input is not a terminal\nhint: /,
  );
  await using terminal = await openTerminal(SIZE);
  const told = await terminal.run(`${program} --tui -p 1 | cat`);
  assert.match(told, /standard output is not a terminal/);
  const dumb = await terminal.run(
    `TERM=dumb ${program} --tui -p 1; echo code $?`,
  );
  assert.match(dumb, /this terminal \('dumb'\) cannot move its cursor/);
  assert.match(dumb, /code 69/);
});

testTui(
  "--tui tells what is wrong on the screen that was there before",
  async () => {
    await using terminal = await openTerminal(SIZE);
    const told = async (words: string, code: number, text: RegExp) => {
      await terminal.type(`clear; ${program} --tui ${words}; echo code $?\n`);
      assert.match(await assertRestored(terminal, code), text);
    };
    await told(
      "-p 4194305",
      36,
      /austin: Cannot attach to process 4194305.*\nhint: /,
    );
    await told("-p $$", 32, /austin: .*Python.*\nhint: /);
    await told("/nowhere/python", 33, /Cannot launch the given command/);
    await told("--from /nowhere/file", 66, /Cannot read '\/nowhere\/file'/);
    await told("--from /etc/hostname", 65, /Cannot read the profile/);
    await told("-w 1", 64, /the -w\/--where option is incompatible with --tui/);
  },
);

testTui("--tui does not leave a sampler behind when it is killed", async () => {
  const command = await targetCommand(python!, "split.py", [60]);
  await using terminal = await openTerminal(SIZE);
  await startView(terminal, command);
  const target = numberAfter(await terminal.screen(), "PID");
  const sampler = parentOf(target);
  assert.ok(wordsOf(sampler).includes("--pipe"));
  Deno.kill(parentOf(sampler), "SIGKILL");
  await until(() => hasEnded(sampler) && hasEnded(target));
});

testTui(
  "--tui leaves no sampler behind that has nothing to write",
  async () => {
    await using target = await startTarget(python!, "idle.py", [60]);
    await using terminal = await openTerminal(SIZE);
    await terminal.type(`${program} --tui -s -p ${target.pid}\n`);
    await terminal.until((screen) => /Nothing was on a CPU/.test(screen));
    await until(() => samplers(target).length === 1);
    Deno.kill(await viewPid(target), "SIGKILL");
    await until(() => samplers(target).length === 0);
  },
);

function hasEnded(pid: number): boolean {
  return wordsOf(pid).length <= 1;
}

function parentOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/PPid:\s*(\d+)/.exec(status)![1]);
}
