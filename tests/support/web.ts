/** Talks to the server of `austin --web` as no browser would. */

import assert from "node:assert/strict";
import type { FlameDocument } from "../../src/formats/flame_graph/document.ts";
import type { RunningAustin } from "./austin.ts";

/** @returns the address that austin has printed. */
export async function pageAddress(run: RunningAustin): Promise<URL> {
  const printed = () => /at (http:\S+)/.exec(run.stderr)?.[1];
  await run.until(() => printed() !== undefined);
  return new URL(printed()!);
}

/** An answer could not be had in this time. */
const LIMIT_MS = 10_000;

/** Sends bytes and reads what comes, up to the end or a pause. @param pauseMs how long nothing may come */
export async function rawAnswer(
  { hostname, port }: URL,
  request: string | Uint8Array,
  pauseMs = LIMIT_MS,
): Promise<string> {
  const bytes = typeof request === "string"
    ? new TextEncoder().encode(request)
    : request;
  using socket = await Deno.connect({ hostname, port: Number(port) });
  // It may be closed before all has been sent.
  const sent = sendAll(socket, bytes).catch(() => {});
  const answer = await readAll(socket, pauseMs);
  await sent;
  return answer;
}

async function sendAll(socket: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await socket.write(bytes.subarray(at));
  }
}

async function readAll(socket: Deno.Conn, pauseMs: number): Promise<string> {
  const buffer = new Uint8Array(64 * 1024);
  const decoder = new TextDecoder("latin1");
  let text = "";
  for (;;) {
    const timer = setTimeout(() => socket.close(), pauseMs);
    const size = await socket.read(buffer).catch(() => null);
    clearTimeout(timer);
    if (size === null) return text;
    text += decoder.decode(buffer.subarray(0, size));
  }
}

/** @returns the status of an answer. */
export function statusOf(answer: string): number {
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(answer) ?? [];
  assert.ok(status, `No answer: ${JSON.stringify(answer.slice(0, 200))}`);
  return Number(status);
}

/** @returns a request; the last header asks for the connection to be closed. */
export function requestFor(
  path: string,
  host: string,
  headers: readonly string[] = [],
): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    ...headers,
    "Connection: close",
    "\r\n",
  ].join("\r\n");
}

/** Opens a WebSocket by hand, sends bytes that need not be frames, and reads what comes. */
export function rawSocketAnswer(
  address: URL,
  bytes: Uint8Array,
  origin = address.origin,
): Promise<string> {
  const head = [
    `GET ${address.pathname}live HTTP/1.1`,
    `Host: ${address.host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...origin === "" ? [] : [`Origin: ${origin}`],
    "\r\n",
  ].join("\r\n");
  const encoded = new TextEncoder().encode(head);
  const all = new Uint8Array(encoded.length + bytes.length);
  all.set(encoded);
  all.set(bytes, encoded.length);
  return rawAnswer(address, all, 500);
}

/** A masked frame. RFC 6455, 5.2 @param first the byte with the opcode */
export function frameOf(payload: Uint8Array, first = 0x81): Uint8Array {
  const size = payload.length;
  const head = size < 126
    ? [first, 0x80 | size]
    : size < 65_536
    ? [first, 0x80 | 126, size >> 8, size & 0xff]
    : [first, 0x80 | 127, 0, 0, 0, 0, ...bytesOf(size)];
  // The mask is zeros.
  return new Uint8Array([...head, 0, 0, 0, 0, ...payload]);
}

function bytesOf(size: number): number[] {
  return [size >>> 24, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff];
}

/** Asks for the document as a page does. */
export function documentFrom(address: URL): Promise<FlameDocument> {
  const url = new URL("live", address);
  url.protocol = "ws";
  const headers = { origin: address.origin };
  const socket = new WebSocket(url, { headers });
  return new Promise((resolve, reject) => {
    socket.onopen = () => socket.send('{"version":-1}');
    socket.onerror = () => reject(new Error(`No connection to ${url}`));
    socket.onmessage = ({ data }) => {
      // Closed first, so that nothing is left behind.
      socket.onclose = () => resolve(JSON.parse(data).document);
      socket.close();
    };
  });
}
