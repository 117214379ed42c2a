/**
 * Versions of CPython: what they are, and the ways in which they are written.
 */

/** A version of CPython. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  /** Null when nothing in the process says it. */
  readonly micro: number | null;
  /** `PY_VERSION_HEX`, where the process has it. */
  readonly hex?: number;
}

/** Minors of CPython 3 that we know how to read. */
export const OLDEST_MINOR = 8;
export const NEWEST_MINOR = 15;

/** @returns the version, or null when that is no version of CPython. 3.8 Include/patchlevel.h PY_VERSION_HEX */
export function versionOfHex(hex: number): Version | null {
  const version = {
    major: (hex >>> 24) & 0xff,
    minor: (hex >>> 16) & 0xff,
    micro: (hex >>> 8) & 0xff,
    hex: hex >>> 0,
  };
  return isPlausible(version) ? version : null;
}

/** What `sys.version` looks like: `3.8.18 (default, Dec  1 2023, 12:00:00) \n[GCC 12.2.0]`. 3.8 Python/getversion.c Py_GetVersion */
const BANNER =
  /(\d)\.(\d{1,2})\.(\d{1,3})[^\0\n(]{0,80}\([^\0\n)]{0,80}\) ?\n?\[/;

/** @returns the version in the text of `Py_GetVersion()`, which may be anywhere in `text`; or null. */
export function versionOfBanner(text: string): Version | null {
  return versionOfMatch(BANNER.exec(text));
}

/** Names of executables and libraries, such as `libpython3.6m.so.1.0` and `python3.10`. */
const FILE_NAME = /python(\d)\.(\d{1,2})(?:\.(\d{1,3}))?[a-z]*(?:[.-].*)?$/;

/** Libraries on Windows, such as `python312.dll` and `python313t_d.dll`. */
const WINDOWS_LIBRARY = /^python(\d)(\d{1,2})t?(?:_d)?\.dll$/i;

/** @returns the version in a file's name, mostly without its micro; or null. */
export function versionOfFileName(path: string): Version | null {
  const name = fileName(path);
  return versionOfMatch(FILE_NAME.exec(name) ?? WINDOWS_LIBRARY.exec(name));
}

/** @returns the last part of a path of any system. */
export function fileName(path: string): string {
  return path.slice(
    Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1,
  );
}

function versionOfMatch(match: RegExpExecArray | null): Version | null {
  if (match === null) return null;
  const [, major, minor, micro] = match;
  const version = {
    major: Number(major),
    minor: Number(minor),
    micro: micro === undefined ? null : Number(micro),
  };
  return isPlausible(version) ? version : null;
}

/** Python 1 is gone, 4 not in sight; a minor above 99 is somebody else's number. */
function isPlausible({ major, minor }: Version): boolean {
  return (major === 2 || major === 3) && minor < 100;
}

/** @returns whether a CPython of that version is one that we know how to read. */
export function isSupported({ major, minor }: Version): boolean {
  return major === 3 && minor >= OLDEST_MINOR && minor <= NEWEST_MINOR;
}

/** @returns for instance `Python 3.10.13`, or `Python 3.10` when the micro is not known. */
export function describe({ major, minor, micro }: Version): string {
  return `Python ${major}.${minor}${micro === null ? "" : `.${micro}`}`;
}

/** @returns for instance `3.10.13`, or `3.10.?` when the micro is not known. */
export function formatVersion({ major, minor, micro }: Version): string {
  return `${major}.${minor}.${micro ?? "?"}`;
}
