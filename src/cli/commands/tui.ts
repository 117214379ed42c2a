/**
 * `austin --tui …`: a top for Python, live or of a finished file.
 *
 * Here the view meets what it shows: a sampler in another process, or a file.
 */

import { TerminalError } from "../../errors.ts";
import { ProfileError } from "../../formats/profile_error.ts";
import { DetectingDecoder } from "../../formats/read_profile.ts";
import { LineTail } from "../../views/line_tail.ts";
import {
  samplerError,
  type SamplerProcess,
} from "../../views/sampler_process.ts";
import type { Source } from "../../views/tui/source.ts";
import { colourDepth } from "../../views/tui/style.ts";
import { showView } from "../../views/tui/view.ts";
import { openInput } from "../input.ts";
import type { AustinOption } from "../options.ts";
import type { Parsed } from "../parse.ts";
import { settingsOf } from "../settings.ts";
import { usageError } from "../usage_error.ts";
import { startSampler } from "../view_sampler.ts";
import { openServices, saveProfile } from "./tui_services.ts";

/** Time for which a file is read before others have their turn. */
const BUSY_MS = 30;

/** Shows what a command line says. @returns the exit code. @throws AustinError */
export async function tuiCommand(
  parsed: Parsed<AustinOption>,
  programName: string,
): Promise<number> {
  checkWords(parsed, programName);
  checkTerminal();
  const { from } = parsed.values;
  return from === undefined
    ? await showProcess(parsed)
    : await show(fileSource(from), parsed);
}

/** What cannot go together is better said before there is a view. */
function checkWords(parsed: Parsed<AustinOption>, programName: string): void {
  const { values, operands } = parsed;
  const { from, where, pid, web, select, aggregate, diff } = values;
  const refused = [
    [where !== undefined, "-w/--where"],
    [web, "--web"],
    [aggregate, "--aggregate"],
    [diff !== undefined, "--diff"],
    [from !== undefined && select.length > 0, "--select"],
  ].find(([isGiven]) => isGiven);
  if (refused !== undefined) {
    throw usageError(
      programName,
      `the ${refused[1]} option is incompatible with --tui`,
    );
  }
  if (from === undefined) settingsOf(parsed, programName, {});
  else if (pid !== undefined || operands.length > 0) {
    throw usageError(
      programName,
      "the --from option is incompatible with a process or a command",
    );
  }
}

/** @throws TerminalError */
function checkTerminal(): void {
  const hint =
    "start it from a terminal and redirect nothing; to keep samples, use `-o/--output`";
  for (const name of ["stdin", "stdout"] as const) {
    if (Deno[name].isTerminal()) continue;
    const stream = name === "stdin" ? "input" : "output";
    throw new TerminalError(
      `Cannot show the terminal view: standard ${stream} is not a terminal`,
      hint,
    );
  }
  const kind = Deno.env.get("TERM") ?? "";
  if (Deno.build.os !== "windows" && (kind === "" || kind === "dumb")) {
    throw new TerminalError(
      `Cannot show the terminal view: this terminal ('${kind}') cannot move its cursor`,
      "set TERM to what the terminal is, for instance xterm-256color",
    );
  }
}

/** Shows a process that is sampled meanwhile. */
async function showProcess(parsed: Parsed<AustinOption>): Promise<number> {
  await using sampler = startSampler(parsed);
  return await show(samplerSource(sampler, parsed), parsed);
}

async function show(
  source: Source,
  parsed: Parsed<AustinOption>,
): Promise<number> {
  const { values } = parsed;
  const services = openServices(values);
  const { TERM, COLORTERM, NO_COLOR } = Deno.env.toObject();
  const depth = colourDepth({ TERM, COLORTERM, NO_COLOR });
  const { code, recorder } = await showView({ source, services, depth });
  const { samples, facts } = recorder;
  if (values.output !== undefined && samples !== null) {
    await saveProfile(values.output, values, samples, facts);
  }
  return code;
}

function samplerSource(
  sampler: SamplerProcess,
  { values, operands }: Parsed<AustinOption>,
): Source {
  return {
    title: operands.join(" "),
    pid: values.pid ?? null,
    isLive: true,
    output: sampler.messages,
    outputNote: operands.length === 0
      ? "A process that was attached to keeps its output where it is."
      : "Standard output is discarded, standard error is below; there is nothing to read.",
    readShare: () => null,
    async read(index, take) {
      let samples = 0;
      const end = await sampler.read(index, (event) => {
        if (event.kind === "sample") samples++;
        take(event);
      });
      const error = samplerError(end, sampler.messages);
      if (samples === 0 && error !== null) throw error;
      return error?.message ?? end.damage?.message ?? "";
    },
  };
}

/** Shows a file as far as it can be read. */
function fileSource(path: string): Source {
  let readShare: number | null = null;
  return {
    title: path,
    pid: null,
    isLive: false,
    output: new LineTail(),
    outputNote: "A file has no output.",
    readShare: () => readShare,
    async read(index, take) {
      using input = openInput(path);
      const decoder = new DetectingDecoder(index);
      let samples = 0;
      let size = 0;
      try {
        for await (const chunk of politely(input.chunks())) {
          for (const event of decoder.decode(chunk)) {
            if (event.kind === "sample") samples++;
            take(event);
          }
          size += chunk.length;
          readShare = input.size === null ? null : size / input.size;
        }
        for (const event of decoder.end()) take(event);
        return "";
      } catch (error) {
        if (samples > 0 && error instanceof ProfileError) return error.message;
        throw error;
      }
    },
  };
}

/** Lets keys be read and the screen be drawn in between. */
async function* politely<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
): AsyncGenerator<Item, void, void> {
  let sinceMs = performance.now();
  for await (const item of items) {
    yield item;
    if (performance.now() - sinceMs < BUSY_MS) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    sinceMs = performance.now();
  }
}
