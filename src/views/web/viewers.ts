/**
 * The browsers that look on. Each asks for the next document when it has shown
 * the last one, and gets it when there is something new, once a second at most.
 * A document is made once for all of them, and not at all when nobody asks.
 */

import type { FlameDocument } from "../../formats/flame_graph/document.ts";

/** What is looked at. */
export interface Show {
  /** Changes when there is something new. */
  readonly version: number;
  /** How the run is going, for people. */
  readonly state: string;
  readonly isOver: boolean;
  document(): FlameDocument;
}

/** Browsers at a time: people of one team, with some windows each. */
export const MAX_VIEWERS = 32;

/** Characters of a message: it is one number. */
const MAX_MESSAGE_LENGTH = 256;

/** Bytes that a browser may be behind before it is given up. */
const MAX_BACKLOG = 64 * 1024 * 1024;

/** WebSocket close codes. RFC 6455, 7.4.1 */
const POLICY_VIOLATION = 1008;
const GOING_AWAY = 1001;

/** A message that was made. */
interface Made {
  readonly key: string;
  readonly text: string;
}

/** All browsers that look on. */
export class Viewers {
  readonly #show: Show;
  /** The version that each has, where it waits for the next one; else null. */
  readonly #waiting = new Map<WebSocket, number | null>();
  #made: Made | null = null;

  constructor(show: Show) {
    this.#show = show;
  }

  /** How many look on. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Takes a connection that opens. */
  add(socket: WebSocket): void {
    this.#waiting.set(socket, null);
    socket.addEventListener(
      "message",
      ({ data }) => this.#onMessage(socket, data),
    );
    const forget = () => this.#waiting.delete(socket);
    socket.addEventListener("close", forget);
    socket.addEventListener("error", forget);
  }

  /** Sends what is new to those who wait. To be called now and then. */
  update(): void {
    for (const [socket, version] of this.#waiting) {
      if (version !== null) this.#send(socket, version);
    }
  }

  /** Ends all connections. */
  close(): void {
    for (const socket of this.#waiting.keys()) socket.close(GOING_AWAY);
  }

  #onMessage(socket: WebSocket, message: unknown): void {
    const version = versionOf(message);
    if (version === null) {
      this.#waiting.delete(socket);
      return socket.close(POLICY_VIOLATION, "Not a message of this page");
    }
    this.#waiting.set(socket, version);
    // The first document comes at once.
    if (version < 0) this.#send(socket, version);
  }

  #send(socket: WebSocket, known: number): void {
    if (known === this.#show.version) return;
    if (socket.readyState !== WebSocket.OPEN) return;
    this.#waiting.set(socket, null);
    if (socket.bufferedAmount > MAX_BACKLOG) return socket.close(GOING_AWAY);
    socket.send(this.#message());
  }

  /** @returns the present message, which is the same for all. */
  #message(): string {
    const { version, state, isOver } = this.#show;
    const key = `${version} ${state} ${isOver}`;
    if (this.#made?.key !== key) {
      const document = this.#show.document();
      const text = JSON.stringify({ version, state, isOver, document });
      this.#made = { key, text };
    }
    return this.#made.text;
  }
}

/** @returns the version that a browser has, -1 for none; null when the message is not one of our page's. */
function versionOf(message: unknown): number | null {
  if (typeof message !== "string" || message.length > MAX_MESSAGE_LENGTH) {
    return null;
  }
  try {
    const { version } = JSON.parse(message) as { version?: unknown };
    return Number.isSafeInteger(version) ? version as number : null;
  } catch {
    return null;
  }
}
