/**
 * What other programs see in the files that we make of a profile: Speedscope
 * in a browser, pprof of Go, the Firefox Profiler, flamegraph.pl. It has to be
 * what the samples add up to.
 */

import assert from "node:assert/strict";
import type { Metrics } from "../../src/events/sample.ts";
import { austin } from "../support/austin.ts";
import { withFirefoxProfiler } from "../support/firefox_profiler.ts";
import { flameGraph, flameGraphFolder } from "../support/flame_graph.ts";
import { inFolder } from "../support/folder.ts";
import { MEASURED, SAMPLES, TOTALS, WORK_OWN } from "../support/formats.ts";
import { testNeeding, tool } from "../support/needs.ts";
import { writeProfile } from "../support/profile.ts";
import { run } from "../support/program.ts";
import { openInSpeedscope } from "../support/speedscope.ts";

const ALL_METRICS = ["time", "memory", "full"] as const;

const TITLES = {
  wall: "Wall time",
  cpu: "CPU time",
  gained: "Memory gained",
  released: "Memory released",
};

/** Gives a test a file that austin made of `SAMPLES`, whose numbers are too small to be told apart when they are shown. */
async function withConverted(
  metrics: Metrics,
  name: string,
  args: readonly string[],
  test: (path: string, source: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const source = `${folder}/profile.mojo`;
    const samples = SAMPLES.map((sample) => ({
      ...sample,
      timeUs: sample.timeUs * 1000,
    }));
    const bytes = writeProfile(samples, { format: "mojo", metrics });
    await Deno.writeFile(source, bytes);
    const path = `${folder}/${name}`;
    const { code, stderr } = await austin([
      "--from",
      source,
      "-o",
      path,
      ...args,
    ]);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    await test(path, source);
  });
}

for (const metrics of ALL_METRICS) {
  testNeeding(
    [tool("chromium")],
    `Speedscope shows every thread, metric and total: ${metrics}`,
    () =>
      withConverted(metrics, "a.speedscope.json", [], async (path) => {
        const { texts } = await openInSpeedscope(path);
        for (const name of MEASURED[metrics]) {
          const totals = totalsIn(texts, TITLES[name]);
          const sum = totals.reduce((sum, amount) => sum + amount, 0);
          const factor = name === "wall" || name === "cpu" ? 1e-3 : 1;
          // It shows three digits.
          assertNear(
            sum,
            TOTALS[name] * factor,
            0.02,
            `${name}: ${texts.join("|")}`,
          );
        }
        assert.ok(texts.includes("Job.work"), texts.join("|"));
      }),
  );

  testNeeding(
    [tool("go")],
    `pprof of Go shows the totals and functions of the summary: ${metrics}`,
    () =>
      withConverted(metrics, "a.pb.gz", [], async (path, source) => {
        const summary = await austin(["--from", source, "--format", "summary"]);
        for (const name of MEASURED[metrics]) {
          const unit = name === "wall" || name === "cpu" ? "ms" : "B";
          const type = name.replace(/^(?=gained|released)/, "memory_");
          const { stdout } = await run([
            "go",
            "tool",
            "pprof",
            "-top",
            "-nodecount=100",
            "-nodefraction=0",
            `-unit=${unit}`,
            `-sample_index=${type}`,
            path,
          ]);
          const [, total = ""] = / of ([\d.]+)\w* total/.exec(stdout) ?? [];
          assertNear(Number(total), TOTALS[name], 0.001, stdout);
          const rows = topRows(stdout);
          assertNear(
            rows.get("Job.work")!.flat,
            WORK_OWN[name],
            0.001,
            stdout,
          );
          assert.deepEqual(
            new Set(rows.keys()),
            new Set(functionsOf(summary.stdout, TITLES[name])),
            `${stdout}\n${summary.stdout}`,
          );
        }
      }),
  );

  Deno.test(`The Firefox Profiler opens it and shows the same: ${metrics}`, () =>
    withConverted(
      metrics,
      "a.json",
      ["--format", "gecko"],
      (path) =>
        withFirefoxProfiler(path, async (profiler) => {
          const { threads } = await profiler.ask("thread", "list") as {
            threads: { threadHandle: string }[];
          };
          assert.equal(threads.length, 3);
          let own = 0;
          for (const { threadHandle } of threads) {
            const { functions } = await profiler.ask(
              "thread",
              "functions",
              "--include-idle",
              "--thread",
              threadHandle,
            ) as { functions: { name: string; selfSamples: number }[] };
            own += functions.find(({ name }) => name === "Job.work")
              ?.selfSamples ?? 0;
          }
          const [first] = MEASURED[metrics];
          assertNear(own, WORK_OWN[first!], 0.001, first!);
        }),
    ));
}

testNeeding(
  [flameGraph],
  "flamegraph.pl reads the text of a difference",
  () =>
    inFolder(async (folder) => {
      const [a, b] = [`${folder}/a.austin`, `${folder}/b.austin`];
      await Deno.writeTextFile(b, "# mode: wall\n\nP1;T0:1;a.py:f:1 10\n");
      await Deno.writeTextFile(
        a,
        "# mode: wall\n\nP1;T0:1;a.py:f:1 15\nP1;T0:1;a.py:g:2 7\n",
      );
      const { stdout } = await austin(["--from", a, "--diff", b]);
      const text = `${folder}/text`;
      await Deno.writeTextFile(text, stdout.replaceAll(/^#.*\n/gm, ""));
      const drawn = await run([`${flameGraphFolder}/flamegraph.pl`, text]);
      assert.match(drawn.stdout, /a\.py:g:2 \(7 samples/);
      assert.match(drawn.stdout, /a\.py:f:1 \(5 samples/);
    }),
);

/** @returns the totals in the list of profiles, where each name has its total behind it. */
function totalsIn(texts: readonly string[], title: string): number[] {
  return texts.flatMap((text, i) => {
    const next = texts[i + 1] ?? "";
    const isEntry = text.startsWith(`${title}: Process `) &&
      /^[\d.]+/.test(next);
    return isEntry ? [amountOf(next)] : [];
  });
}

/** @returns what Speedscope shows, in seconds or bytes. */
function amountOf(text: string): number {
  const [, number = "", unit = ""] = /^([\d.]+)\s*(\S+)/.exec(text) ?? [];
  const factors: Readonly<Record<string, number>> = {
    s: 1,
    ms: 1e-3,
    "µs": 1e-6,
    B: 1,
    KB: 1024,
    MB: 1024 ** 2,
  };
  const factor = factors[unit];
  assert.ok(factor !== undefined, `no amount: '${text}'`);
  return Number(number) * factor;
}

/** The table that pprof prints. */
function topRows(text: string): Map<string, { flat: number }> {
  const row =
    /^\s*(-?[\d.]+)\w*\s+\S+%\s+\S+%\s+(?:-?[\d.]+)\w*\s+\S+%\s+(.*)$/;
  return new Map(
    text.split("\n").flatMap((line) => {
      const [, flat, name] = row.exec(line) ?? [];
      return flat === undefined ? [] : [[name!, { flat: Number(flat) }]];
    }),
  );
}

/** @returns the names in the summary's table of functions. */
function functionsOf(summary: string, title: string): string[] {
  const start = summary.indexOf(`\n${title}: `);
  const table = summary.slice(summary.indexOf("  function\n", start)).split(
    "\n\n",
  )[0]!;
  return table.split("\n").slice(1).map((line) =>
    line.replace(/^.*% {2}/, "").replace(/ \(\/.*\)$/, "")
  );
}

function assertNear(
  actual: number,
  expected: number,
  margin: number,
  message: string,
): void {
  const isNear = Math.abs(actual - expected) <= margin * Math.abs(expected);
  assert.ok(isNear, `${actual} is not ${expected}: ${message}`);
}
