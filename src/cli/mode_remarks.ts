/** What is said in the log of options that go together without effect, as in Austin 3.7. */

import type { AustinOption, Values } from "./options.ts";

/** @returns a sentence for each option that has no effect beside the others. */
export function modeRemarks(values: Values<AustinOption>): string[] {
  const { full, memory, sleepless, cpu } = values;
  const cpuOption = sleepless ? "-s/--sleepless" : "-c/--cpu";
  const isCpu = sleepless || cpu;
  if (!full) {
    return memory && isCpu
      ? [`${cpuOption} has no effect beside -m/--memory`]
      : [];
  }
  return [
    ...memory ? ["-m/--memory is redundant beside -f/--full"] : [],
    ...isCpu ? [`${cpuOption} is redundant beside -f/--full`] : [],
  ];
}
