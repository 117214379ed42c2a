/**
 * Who may see the page: pure decisions over a request's address and headers.
 *
 * A server that listens on this machine only serves whoever can reach it, as
 * long as the page was asked for by a name of this machine: a foreign name
 * that resolves to 127.0.0.1 (DNS rebinding) is refused. One that listens
 * wider serves only those who have its token, which is the first part of every
 * path; a name is then no secret and not looked at. Messages are taken only
 * from pages of our own.
 */

/** What a server is called and what it asks for. */
export interface GuardOptions {
  /** Names and addresses under which this machine reaches the server, with brackets around IPv6. */
  readonly names: readonly string[];
  /** In the path of every request; empty when none is asked for. */
  readonly token: string;
}

/** The parts of a request that decide. */
export interface RequestFacts {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
}

/** Why a request is refused: a status and a sentence. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 421;
  readonly reason: string;
}

/** Paths are a few words. */
const MAX_URL_LENGTH = 2_048;

/** @returns the path behind the token, without a slash before it; or why there is none. */
export function admit(
  { method, url, headers }: RequestFacts,
  { names, token }: GuardOptions,
): string | Refusal {
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, reason: "Only GET" };
  }
  if (url.length > MAX_URL_LENGTH) return NOT_FOUND;
  const address = URL.parse(url);
  if (address === null) return { status: 400, reason: "Not an address" };
  const { pathname, host } = address;
  if (token === "") {
    const given = [host, headers.get("host") ?? ""];
    return given.every((host) => isOwnName(host, names))
      ? pathname.slice(1)
      : { status: 421, reason: "This server has another name" };
  }
  const [, given = "", ...rest] = pathname.split("/");
  if (!isSame(given, token)) {
    return { status: 403, reason: "Use the whole address that austin printed" };
  }
  return rest.join("/");
}

/** There is nothing under that address. */
export const NOT_FOUND: Refusal = { status: 404, reason: "Not found" };

/** @returns whether a request for a WebSocket comes from a page of this server. */
export function isOwnPage(headers: Headers): boolean {
  const origin = headers.get("origin");
  const host = headers.get("host");
  return host !== null && origin === `http://${host}`;
}

function isOwnName(host: string, names: readonly string[]): boolean {
  const [, name] = /^(\[[\da-f:.]+\]|[^:]+)(?::\d+)?$/i.exec(host) ?? [];
  return name !== undefined && names.includes(name.toLowerCase());
}

/** Takes as long for a wrong token as for the right one. */
function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let i = 0; i < other.length; i++) {
    difference |= one.charCodeAt(i % (one.length || 1)) ^ other.charCodeAt(i);
  }
  return difference === 0;
}
