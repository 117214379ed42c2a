/** The signals that ask us to stop, as the runtime lets us listen for them. */

/** Names, and the numbers that exit codes are made of. On Windows Ctrl-Break has the place of SIGTERM. */
export const heardSignals: readonly (readonly [Deno.Signal, number])[] = [
  ["SIGINT", 2],
  [Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM", 15],
];
