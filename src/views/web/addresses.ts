/** Where a server can be reached, and whether it takes a token to be served. */

/** What a host name means for a server that listens on it. */
export interface Addresses {
  /** Whether only this machine can reach it. */
  readonly isLocal: boolean;
  /** Names that a browser may use; only of interest when it is local. */
  readonly names: readonly string[];
  /** The host in the address that people are given. */
  readonly shown: string;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;
const EVERYWHERE = ["0.0.0.0", "::", "[::]"];

/** @param host a name or an address. @param machine the name of this machine. */
export function addressesOf(host: string, machine: string): Addresses {
  const literal = host.includes(":") && !host.startsWith("[")
    ? `[${host}]`
    : host;
  const isLocal = LOOPBACK.test(host);
  const shown = EVERYWHERE.includes(host) ? machine : literal;
  const names = isLocal
    ? [...new Set(["localhost", "127.0.0.1", "[::1]", literal.toLowerCase()])]
    : [];
  return { isLocal, names, shown };
}

const TOKEN_BYTES = 24;

/** @returns a secret that cannot be guessed, for a path. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  return bytes.toBase64({ alphabet: "base64url" });
}
