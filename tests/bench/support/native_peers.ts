/** Samplers that show machine code among Python's frames, and how whole their stacks are. */

import { pipInstall } from "../../support/python_packages.ts";
import { run } from "../../../scripts/pythons/run.ts";
import { program } from "../../support/program.ts";
import { oursText } from "./ours.ts";
import { austinArgs, peers } from "./peers.ts";
import type { Job, Sampler } from "./sampler.ts";

/** A sampler, and how its output becomes stacks of names. */
export interface NativeSampler extends Sampler {
  /** @returns the names of each stack's frames from the root, as often as it was taken; null for one that is marked as not whole. */
  stacks(output: string): Promise<readonly (readonly string[] | null)[]>;
}

/** Ours and those that can be had. */
export async function nativeSamplers(): Promise<readonly NativeSampler[]> {
  const installed = await peers();
  const named = (name: string) => installed.find((peer) => peer.name === name)!;
  const inPackage = async (requirement: string, name: string) =>
    `${(await pipInstall([requirement])).folder}/bin/${name}`;
  const austinp3 = await inPackage("austin-dist==3.7.0", "austinp");
  const austinp4 = await inPackage("austin-dist==4.0.0", "austinp");
  const [wrapper = ""] = named("4.0.0 MOJO").command({} as Job);
  const wrapped = `${wrapper}-austinp`;
  const script = await Deno.readTextFile(wrapper);
  const austin4 = austinp4.replace(/austinp$/, "austin");
  await Deno.writeTextFile(wrapped, script.replace(austin4, austinp4), {
    mode: 0o755,
  });
  const pySpy = named("py-spy, stopping");
  return [
    {
      ...oursText,
      name: "ours -n",
      command: (job) => [program, "-n", ...austinArgs(job)],
      stacks: austinStacks,
    },
    {
      ...named("3.7.0 text"),
      name: "austinp 3.7.0",
      command: (job) => [austinp3, ...austinArgs(job)],
      stacks: austinStacks,
    },
    {
      ...named("4.0.0 MOJO"),
      name: "austinp 4.0.0",
      command: (job) => [wrapped, ...austinArgs(job)],
      stacks: async (output) => {
        const text = `${output}.txt`;
        await run([program, "--from", output, "--format", "text", "-o", text]);
        return await austinStacks(text);
      },
    },
    {
      ...pySpy,
      name: "py-spy --native",
      command: (job) => [...pySpy.command(job), "--native"],
      stacks: pySpyStacks,
    },
  ];
}

async function austinStacks(output: string) {
  const lines = (await Deno.readTextFile(output)).split("\n");
  return lines.filter((line) => line.startsWith("P")).map((line) => {
    if (line.includes(";:INVALID:")) return null;
    const frames = line.slice(0, line.lastIndexOf(" ")).split(";").slice(2);
    return frames.map((frame) => frame.replace(/:\d+$/, "").replace(/.*:/, ""));
  });
}

/** `name (file:line);… count`, also `name (library)`. */
async function pySpyStacks(output: string) {
  const stacks: string[][] = [];
  for (const line of (await Deno.readTextFile(output)).split("\n")) {
    const at = line.lastIndexOf(" ");
    const frames = line.slice(0, at).split(";")
      .map((frame) => frame.replace(/ \(.*$/, ""));
    for (let i = 0; i < Number(line.slice(at + 1)); i++) stacks.push(frames);
  }
  return stacks;
}
