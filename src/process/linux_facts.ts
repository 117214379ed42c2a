/**
 * What views show of a process on Linux. Nothing here is on the way of a
 * sample. Linux Documentation/filesystems/proc.rst, /proc/PID
 */

/** Length of a clock tick: USER_HZ is 100 on every architecture that Deno runs on. */
const TICK_US = 10_000;

/** Places of `utime` and `stime` behind the process's name in `stat`. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** @returns microseconds that a process has had on CPUs; null when it has ended. @param root where procfs is mounted. */
export function cpuTimeUs(pid: number, root = "/proc"): number | null {
  const text = read(`${root}/${pid}/stat`);
  // The name may hold anything, also parentheses and spaces.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME]);
  return Number.isNaN(ticks) ? null : ticks * TICK_US;
}

/** @returns the words that started a process; none when it has ended. @param root where procfs is mounted. */
export function commandLine(pid: number, root = "/proc"): readonly string[] {
  const text = read(`${root}/${pid}/cmdline`);
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
