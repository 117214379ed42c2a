/**
 * `deno task screenshots`: makes the pictures of the README, in `docs/images/`,
 * of what `dist/austin` shows of an example: the flame graph page in
 * Chromium, and the view in a terminal by tmux.
 */

import puppeteer from "puppeteer-core";
import { AustinError } from "../src/errors.ts";
import { runScript, runTool } from "./run_tool.ts";
import { terminalSvg } from "./screenshots/terminal_svg.ts";
import { root } from "./tree.ts";

const IMAGES = `${root}/docs/images`;
const AUSTIN = `${root}/dist/austin`;
const EXAMPLE = ["python3", "examples/sudoku.py"];
const THREADS = ["python3", "examples/threads.py"];
const PAGE = { width: 1200, height: 480 };
const TERMINAL = { columns: 110, rows: 26 };
/** Long enough for a view to have something to show. */
const LOOK_MS = 4_000;

async function must(command: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await runTool(command, { cwd: root });
  if (success) return stdout;
  throw new AustinError(
    `Cannot run \`${command.join(" ")}\`: ${stderr.trim()}`,
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Takes a picture of a page. */
async function takePage(url: string, name: string): Promise<void> {
  const browser = await puppeteer.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage();
    await page.setViewport(PAGE);
    await page.goto(url, { waitUntil: "load" });
    await pause(LOOK_MS / 2);
    await page.screenshot({ path: `${IMAGES}/${name}.png` });
  } finally {
    await browser.close();
  }
}

async function takeFlameGraph(folder: string): Promise<void> {
  const path = `${folder}/flames.html`;
  await must([AUSTIN, "-i", "500", "-o", path, ...THREADS]);
  await takePage(`file://${path}`, "flame_graph");
}

async function takeTerminal(): Promise<void> {
  const tmux = ["tmux", "-L", `austin-screenshot-${Deno.pid}`];
  const size = ["-x", String(TERMINAL.columns), "-y", String(TERMINAL.rows)];
  const command = [AUSTIN, "--tui", ...EXAMPLE];
  await must([...tmux, "new-session", "-d", ...size, ...command]);
  try {
    await pause(LOOK_MS);
    const screen = await must([...tmux, "capture-pane", "-e", "-p"]);
    const svg = terminalSvg(screen.trimEnd().split("\n"), TERMINAL.columns);
    await Deno.writeTextFile(`${IMAGES}/terminal.svg`, svg);
  } finally {
    await must([...tmux, "kill-server"]);
  }
}

async function takeAll(): Promise<void> {
  await Deno.mkdir(IMAGES, { recursive: true });
  const folder = await Deno.makeTempDir({ prefix: "austin-screenshots-" });
  try {
    await takeFlameGraph(folder);
    await takeTerminal();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await runScript(takeAll);
