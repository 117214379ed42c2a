/** Who runs where: the target on one core, the sampler on another, the bench where the target is. */

/** Runs a target where it does not meet the sampler. */
export const TARGET_CORE: readonly string[] = ["taskset", "-c", "0"];

/** Runs a sampler. */
export const SAMPLER_CORE: readonly string[] = ["taskset", "-c", "1"];

/** Leaves the sampler's core to the sampler. */
export async function leaveSamplerCore(): Promise<void> {
  await moveTo("0");
}

/** Takes the sampler's core, where the bench itself samples. */
export async function takeSamplerCore(): Promise<void> {
  await moveTo("1");
}

async function moveTo(core: string): Promise<void> {
  await new Deno.Command("taskset", {
    args: ["-a", "-p", "-c", core, String(Deno.pid)],
    stdout: "null",
  }).output();
}

/** What the kernel's scheduler counted for a process. */
export interface CpuUse {
  readonly atMs: number;
  /** On a CPU, all threads and all descendants together. */
  readonly cpuMs: number;
}

/** @returns CPU time of a process and its descendants up to now, to the nanosecond. */
export function cpuUse(pid: number): CpuUse {
  return { atMs: performance.now(), cpuMs: cpuMsOf(pid) };
}

/** @returns share of one core between two looks; NaN when it had ended by the second. */
export function cpuShare(from: CpuUse, to: CpuUse): number {
  if (to.cpuMs < from.cpuMs) return NaN;
  return (to.cpuMs - from.cpuMs) / (to.atMs - from.atMs);
}

function cpuMsOf(pid: number): number {
  let totalMs = 0;
  for (const tid of namesIn(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${tid}`;
    totalMs += Number(textOf(`${folder}/schedstat`).split(" ")[0]) / 1e6;
    for (const child of textOf(`${folder}/children`).trim().split(" ")) {
      if (child !== "") totalMs += cpuMsOf(Number(child));
    }
  }
  return totalMs;
}

function namesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch {
    return []; // it has ended
  }
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
