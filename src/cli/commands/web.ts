/**
 * `austin --web`: shows a run, or a file, as a flame graph in browsers.
 *
 * Another `austin` samples and writes into a pipe; here its samples are added
 * up and served. When the run is over the page stays until Ctrl-C.
 */

import { ExitCode, ListenError } from "../../errors.ts";
import type { Metrics } from "../../events/sample.ts";
import type { Sink } from "../../events/sink.ts";
import { ProfileError } from "../../formats/profile_error.ts";
import { DetectingDecoder } from "../../formats/read_profile.ts";
import { Replay } from "../../formats/replay.ts";
import { SelectSink } from "../../formats/select_sink.ts";
import type { SamplerEnd } from "../../views/sampler_process.ts";
import { addressesOf, newToken } from "../../views/web/addresses.ts";
import { LiveProfile } from "../../views/web/live_profile.ts";
import { LiveRun } from "../../views/web/live_run.ts";
import { LiveServer } from "../../views/web/server.ts";
import { tellFailure } from "../failure.ts";
import { openInput } from "../input.ts";
import type { AustinOption } from "../options.ts";
import type { Parsed } from "../parse.ts";
import { ProgressBar } from "../progress_bar.ts";
import { say, styleFor } from "../style.ts";
import { startSampler } from "../view_sampler.ts";
import { type WebSettings, webSettingsOf } from "../web_settings.ts";
import { downloadOf, DOWNLOADS } from "./downloads.ts";
import { readBase } from "./open_sink.ts";
import { openBrowser } from "./open_browser.ts";
import { StopSignals } from "./stop_signals.ts";

/** Shows a run or a file. @returns the exit code. @throws AustinError */
export async function webCommand(
  parsed: Parsed<AustinOption>,
  programName: string,
): Promise<number> {
  const settings = webSettingsOf(parsed, programName);
  using stop = new StopSignals();
  return settings.from === undefined
    ? await showRun(settings, parsed, stop)
    : await showFile(settings, settings.from, stop);
}

async function showRun(
  settings: WebSettings,
  parsed: Parsed<AustinOption>,
  stop: StopSignals,
): Promise<number> {
  const profile = new LiveProfile(settings.title);
  profile.base = await readBase(settings.diff, settings.metrics);
  const run = new LiveRun(profile);
  await using server = serve(settings, run);
  await using sampler = startSampler(parsed, "shared");
  stop.passTo((signal) => sampler.kill(signal));
  await announce(server, settings);
  const end = await sampler.read(profile.index, (event) => profile.take(event));
  return await lastLook(run, end, stop);
}

/** Leaves the page to be looked at, unless the run was stopped or had nothing to show. @returns the run's exit code. */
async function lastLook(
  run: LiveRun,
  { code, damage }: SamplerEnd,
  stop: StopSignals,
): Promise<number> {
  if (damage !== null && !stop.hasCome) tellFailure(damage);
  run.end(damage === null ? "The run is over" : damage.message);
  if (stop.hasCome || run.profile.samples.samples === 0) return code;
  say("The run is over. The page stays until Ctrl-C.\n");
  await stop.next();
  return code;
}

async function showFile(
  settings: WebSettings,
  path: string,
  stop: StopSignals,
): Promise<number> {
  const { profile, damage } = await readFile(path, settings);
  if (damage !== null) tellFailure(damage);
  const run = new LiveRun(profile);
  run.end(damage?.message ?? "A finished run");
  await using server = serve(settings, run);
  await announce(server, settings);
  if (!stop.hasCome) await stop.next();
  return damage?.exitCode ?? ExitCode.ok;
}

/** Reads all that can be read. @throws AustinError when that is nothing */
async function readFile(
  path: string,
  settings: WebSettings,
): Promise<{ profile: LiveProfile; damage: ProfileError | null }> {
  using input = openInput(path);
  using progress = new ProgressBar(input.size);
  const profile = new LiveProfile(input.title);
  const replay = new Replay((metrics) => feed(profile, settings, metrics));
  const decoder = new DetectingDecoder(profile.index);
  try {
    for await (const chunk of input.chunks()) {
      await replay.take(decoder.decode(chunk));
      progress.advance(chunk.length);
    }
    await replay.take(decoder.end());
  } catch (error) {
    const isDamaged = error instanceof ProfileError;
    if (!isDamaged || !replay.hasBegun) throw error;
    await replay.end();
    return { profile, damage: error };
  }
  await replay.end();
  return { profile, damage: null };
}

/** @returns what leads to the profile: all samples of a file, or those that are selected. */
async function feed(
  profile: LiveProfile,
  { selections, diff }: WebSettings,
  metrics: Metrics,
): Promise<Sink> {
  profile.base = await readBase(diff, metrics);
  const sink = profile.asSink();
  return selections.length === 0
    ? sink
    : new SelectSink(sink, profile.frames, selections, metrics);
}

/** @throws ListenError */
function serve({ host, port, top }: WebSettings, run: LiveRun): LiveServer {
  const { isLocal, names } = addressesOf(host, Deno.hostname());
  const { profile } = run;
  try {
    return new LiveServer({
      title: profile.title,
      show: run,
      formats: DOWNLOADS,
      download: (format) => downloadOf(profile, format, top),
    }, {
      hostname: host.replace(/^\[(.*)\]$/, "$1"),
      port,
      names,
      token: isLocal ? "" : newToken(),
    });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new ListenError(
      `Cannot serve the page: ${host}:${port}: ${cause.message}`,
      "choose another `--port`, or none, and a `--host` of this machine",
      { cause },
    );
  }
}

/** Tells where the page is, and opens it if that is wanted. */
async function announce(
  server: LiveServer,
  { host, opensBrowser }: WebSettings,
): Promise<void> {
  const { shown } = addressesOf(host, Deno.hostname());
  const url = `http://${shown}:${server.port}${server.path}`;
  const { bold } = styleFor(Deno.stderr);
  say(`The flame graph is at ${bold(url)}\n`);
  if (opensBrowser && !await openBrowser(url)) {
    say("No browser could be opened; open the address yourself.\n");
  }
}
