/** The name that this program was started by, which decides what it is. */

const FALLBACK = "austin";

/** @returns the name as typed; with another way to start than the packed file it cannot be told. */
export function programName(): string {
  const isKnown = Deno.build.os === "linux" && "__austin" in globalThis;
  if (!isKnown) return FALLBACK;
  try {
    const words = Deno.readTextFileSync("/proc/self/cmdline").split("\0");
    return words[0] || FALLBACK;
  } catch {
    return FALLBACK;
  }
}
