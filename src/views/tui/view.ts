/**
 * The terminal view of a profile, from its first screen to its last.
 *
 * Everything that happens comes through one inbox, so that whatever goes wrong
 * ends here, where the terminal is given back.
 */

import { signalExitCode } from "../../errors.ts";
import { press } from "./commands.ts";
import { Gauges } from "./gauges.ts";
import { Inbox } from "./inbox.ts";
import { Painter } from "./painter.ts";
import { Recorder } from "./recorder.ts";
import type { Content } from "./pages.ts";
import { Screens } from "./screen.ts";
import type { Phase, Session } from "./session.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";
import type { Services, Source } from "./source.ts";
import type { ColourDepth } from "./style.ts";
import { Terminal, type TerminalEvent } from "./terminal.ts";
import { INITIAL_UI, type Ui } from "./ui.ts";

/** Time between two refreshes, and the most that it becomes. */
const PERIOD_MS = 250;
const MAX_PERIOD_MS = 2_000;

/** A refresh that took long is followed by so many times as much of a pause. */
const REST = 12;

type Event =
  | TerminalEvent
  | { readonly kind: "tick" }
  | { readonly kind: "ended"; readonly trouble: string }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "said"; readonly notice: string };

/** What a view is of, and where. */
export interface ViewOptions {
  readonly source: Source;
  readonly services: Services;
  readonly depth: ColourDepth;
}

/** How a view ended. */
export interface ViewEnd {
  /** The exit code. */
  readonly code: number;
  /** What was sampled. */
  readonly recorder: Recorder;
}

/** Shows a profile until the user has seen enough. @throws AustinError when there is nothing to show */
export async function showView(options: ViewOptions): Promise<ViewEnd> {
  const inbox = new Inbox<Event>();
  using terminal = new Terminal((event) => inbox.push(event));
  const view = new View(options, terminal, inbox);
  terminal.enter();
  const code = await view.run();
  return { code, recorder: view.recorder };
}

/** A command that ended may have said why. */
function lastWords({ output: { count } }: Source): string {
  if (count === 0) return "";
  const lines = count === 1 ? "a line" : `${count} lines`;
  return `The command wrote ${lines} to standard error: see Output`;
}

/** A view while it is shown. */
class View {
  readonly recorder = new Recorder();
  readonly #options: ViewOptions;
  readonly #terminal: Terminal;
  readonly #inbox: Inbox<Event>;
  readonly #screens: Screens;
  readonly #painter: Painter;
  readonly #gauges: Gauges;
  #ui: Ui = INITIAL_UI;
  #snapshot: Snapshot;
  #content: Content | null = null;
  #phase: Phase = "waiting";
  #trouble = "";
  #startMs = 0;
  #endMs = 0;
  #title = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ViewOptions, terminal: Terminal, inbox: Inbox<Event>) {
    this.#options = options;
    this.#terminal = terminal;
    this.#inbox = inbox;
    this.#screens = new Screens(options.depth);
    this.#painter = new Painter(options.depth);
    this.#gauges = new Gauges(options.services);
    this.#snapshot = takeSnapshot(this.recorder);
  }

  /** @returns the exit code. */
  async run(): Promise<number> {
    const { source } = this.#options;
    source.read(this.recorder.index, (event) => this.recorder.take(event)).then(
      (trouble) => this.#inbox.push({ kind: "ended", trouble }),
      (error) => this.#inbox.push({ kind: "failed", error }),
    );
    this.#terminal.readKeys();
    try {
      return await this.#untilEnd();
    } finally {
      clearTimeout(this.#timer);
    }
  }

  async #untilEnd(): Promise<number> {
    for (;;) {
      await this.#refresh();
      // Of many events at a time only the last one is shown.
      do {
        const code = this.#take(await this.#inbox.next());
        if (code !== null) return code;
      } while (!this.#inbox.isEmpty);
    }
  }

  /** Brings the screen up to date, and says when that is to be done again. */
  async #refresh(): Promise<void> {
    const startMs = performance.now();
    if (!this.#ui.isPaused) this.#snapshot = takeSnapshot(this.recorder);
    const screen = this.#screens.screen(
      this.#terminal.size(),
      this.#snapshot,
      this.#session(startMs),
      this.#ui,
    );
    this.#ui = screen.ui;
    this.#content = screen.content;
    const text = this.#painter.paint(screen.grid);
    const tookMs = performance.now() - startMs;
    await this.#terminal.write(text);
    clearTimeout(this.#timer);
    if (this.#phase === "ended") return;
    const restMs = Math.min(REST * tookMs, MAX_PERIOD_MS);
    const pauseMs = Math.max(PERIOD_MS, restMs);
    this.#timer = setTimeout(() => this.#inbox.push({ kind: "tick" }), pauseMs);
  }

  /** @returns the exit code when this was the end. */
  #take(event: Event): number | null {
    switch (event.kind) {
      case "key":
        return this.#press(event.key);
      case "tick":
        this.#tick(performance.now());
        return null;
      case "stopped":
        return signalExitCode(event.signum);
      case "suspended":
        this.#terminal.leave();
        this.#terminal.sleep();
        return null;
      case "continued":
        this.#terminal.enter();
        this.#painter.forget();
        return null;
      case "resized":
        return null;
      case "said":
        this.#ui = { ...this.#ui, notice: event.notice };
        return null;
      case "ended":
        this.#tick(performance.now());
        this.#phase = "ended";
        this.#trouble = event.trouble || lastWords(this.#options.source);
        return null;
      case "failed":
        throw event.error;
    }
  }

  #tick(nowMs: number): void {
    const { recorder } = this;
    recorder.time++;
    this.#endMs = nowMs;
    const { samples, facts } = recorder;
    // A Python was found when its sampler writes the head.
    if (facts.size > 0 && this.#phase === "waiting") {
      this.#phase = "sampling";
      this.#startMs = nowMs;
    }
    const { source } = this.#options;
    if (!source.isLive) return;
    const given = source.pid === null ? [] : [source.pid];
    const pids = samples?.processes ?? given;
    this.#gauges.update(nowMs, samples?.samples ?? 0, pids);
  }

  #press(key: Parameters<typeof press>[1]): number | null {
    if (this.#content === null) return null;
    const { ui, request } = press(this.#ui, key, this.#content);
    this.#ui = ui;
    switch (request?.kind) {
      case "quit":
        return 0;
      case "suspend":
        this.#terminal.suspend();
        return null;
      case "redraw":
        this.#painter.forget();
        return null;
      case "reset":
        this.recorder.reset();
        return null;
      case "nameFile":
        this.#nameFile();
        return null;
      case "save":
        this.#save(request.path);
        return null;
    }
    return null;
  }

  #nameFile(): void {
    const text = this.#options.services.fileName();
    this.#ui = this.recorder.samples === null
      ? { ...this.#ui, notice: "There is nothing to save yet" }
      : { ...this.#ui, prompt: { kind: "save", text } };
  }

  #save(path: string): void {
    const { samples, facts } = this.recorder;
    if (samples === null) return;
    const say = (notice: string) => this.#inbox.push({ kind: "said", notice });
    this.#options.services.save(path, samples, facts).then(
      say,
      (error) => say(error instanceof Error ? error.message : String(error)),
    );
  }

  #session(nowMs: number): Session {
    const { source } = this.#options;
    const { rate, cpu, memory, threadNames } = this.#gauges;
    const { lines, count } = source.output;
    return {
      title: this.#titleOf(source),
      pid: this.#pidOf(source),
      isLive: source.isLive,
      phase: this.#phase,
      readShare: source.readShare(),
      trouble: this.#trouble,
      elapsedUs: this.#elapsedUs(nowMs),
      rate,
      cpu: cpu.values,
      memory: memory.values,
      threadNames,
      output: lines,
      outputCount: count,
      outputNote: source.outputNote,
    };
  }

  #pidOf({ pid, isLive }: Source): number | null {
    if (pid !== null || !isLive) return pid;
    return this.recorder.samples?.processes[0] ?? null;
  }

  #titleOf({ title, pid }: Source): string {
    if (title !== "" || pid === null) return title;
    this.#title ||= this.#options.services.commandLineOf(pid);
    return this.#title;
  }

  /** What the profile says of it counts more than our own clock. */
  #elapsedUs(nowMs: number): number {
    const told = Number(this.recorder.facts.get("duration"));
    if (Number.isFinite(told) && told > 0) return told;
    if (this.#phase === "waiting") return 0;
    const untilMs = this.#phase === "ended" ? this.#endMs : nowMs;
    return (untilMs - this.#startMs) * 1e3;
  }
}
