/** What is wrong with a profile that is read. */

import { AustinError, ExitCode } from "../errors.ts";

/** Where in a profile something is. */
export interface ProfilePosition {
  /** Bytes before it. */
  readonly offset: number;
  /** Line, from 1, in text formats. */
  readonly line?: number;
}

/**
 * The profile is damaged, cut, or none that we know. What came before the
 * place has been read and is good.
 */
export class ProfileError extends AustinError {
  override readonly exitCode = ExitCode.profile;
  /** Bytes before what is wrong. */
  readonly offset: number;
  /** The line that is wrong, from 1; null in binary formats. */
  readonly line: number | null;

  /** @param state what is wrong, as the end of a sentence. */
  constructor(state: string, position: ProfilePosition, hint = "") {
    const { offset, line } = position;
    const place = line === undefined ? `byte ${offset}` : `line ${line}`;
    super(`Cannot read the profile: ${state} at ${place}`, hint);
    this.offset = offset;
    this.line = line ?? null;
  }
}
