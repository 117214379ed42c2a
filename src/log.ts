/**
 * What the program notes for those who look after a machine, or after a bug.
 *
 * A log is handed to whoever has something to note; none is global. Where its
 * lines go is decided in `cli/`. Nothing is logged while sampling.
 */

/** How grave a line is: severities of syslog(3). RFC 5424 6.2.1 */
export const Severity = {
  error: 3,
  warning: 4,
  info: 6,
  debug: 7,
} as const;

export type Severity = typeof Severity[keyof typeof Severity];

/** Takes the lines of a log. */
export interface LogTarget {
  /** @param line without a line feed. */
  log(severity: Severity, line: string): void;
}

/** Notes messages. */
export interface Log {
  error(message: string): void;
  warning(message: string): void;
  info(message: string): void;
  /** @param message what a bug report needs; made only when it is wanted. */
  debug(message: () => string): void;
  /** Whether the messages of `debug` are wanted. */
  readonly isVerbose: boolean;
}

/** @param targets each gets every line. @returns a log that never fails: messages are lost where they cannot be taken. */
export function logTo(targets: readonly LogTarget[], isVerbose: boolean): Log {
  const log = (severity: Severity, message: string) => {
    for (const line of message.split("\n")) {
      for (const target of targets) tryLog(target, severity, line);
    }
  };
  return {
    error: (message) => log(Severity.error, message),
    warning: (message) => log(Severity.warning, message),
    info: (message) => log(Severity.info, message),
    debug: (message) => isVerbose && log(Severity.debug, message()),
    isVerbose,
  };
}

function tryLog(target: LogTarget, severity: Severity, line: string): void {
  try {
    target.log(severity, line);
  } catch {
    // A log that cannot be written is no reason to fail.
  }
}
