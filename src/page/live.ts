/**
 * The live page's connection. It asks for the next document when it has shown
 * the last one, so a slow browser gets fewer; while it pauses it asks for none.
 */

import type { FlameDocument } from "../formats/flame_graph/document.ts";
import { element } from "./dom.ts";
import { button } from "./toolbar.ts";

/** What the server tells the page when it is loaded. */
export interface LiveSetup {
  /** Formats of downloads: name and label. */
  readonly formats: readonly (readonly [name: string, label: string])[];
}

/** What the server sends. */
interface Update {
  readonly version: number;
  /** How the run is going, for people. */
  readonly state: string;
  readonly isOver: boolean;
  readonly document: FlameDocument;
}

/** Time before a connection that was lost is tried again. */
const RETRY_MS = 2_000;

/** Gets documents from the server. */
export class LiveConnection {
  /** Says how the run is going. */
  readonly status: HTMLElement = element("span", {
    class: "live",
    role: "status",
  });
  readonly #pause = button("Pause", () => this.#togglePause());
  readonly #formats: LiveSetup["formats"];
  readonly #onDocument: (document: FlameDocument) => void;
  #socket: WebSocket | null = null;
  #version = -1;
  #isPaused = false;
  #isOver = false;

  constructor(
    setup: LiveSetup,
    onDocument: (document: FlameDocument) => void,
  ) {
    this.#formats = setup.formats;
    this.#onDocument = onDocument;
    this.#pause.name = "pause";
    this.#connect();
  }

  /** Controls for the page's toolbar. */
  controls(): HTMLElement[] {
    const download = element(
      "select",
      { "aria-label": "download", name: "download", class: "download" },
      element("option", { value: "" }, "Download…"),
      ...this.#formats.map(([name, label]) =>
        element("option", { value: name }, label)
      ),
    );
    download.addEventListener("change", () => {
      const format = encodeURIComponent(download.value);
      download.value = "";
      if (format !== "") location.assign(`download?format=${format}`);
    });
    return [download, this.#pause];
  }

  #connect(): void {
    const url = new URL("live", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#ask());
    socket.addEventListener("message", ({ data }) => this.#take(data));
    socket.addEventListener("close", () => this.#onClose());
  }

  #ask(): void {
    if (this.#isPaused || this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify({ version: this.#version }));
  }

  #take(text: string): void {
    // It was asked for before the pause; it is asked for again after it.
    if (this.#isPaused) return;
    const { version, state, isOver, document } = JSON.parse(text) as Update;
    this.#isOver = isOver;
    this.#pause.hidden = isOver;
    this.#show(state, isOver ? "over" : "running");
    this.#version = version;
    this.#onDocument(document);
    // After what was drawn has been seen: a page that is hidden gets no more.
    requestAnimationFrame(() => this.#ask());
  }

  #togglePause(): void {
    this.#isPaused = !this.#isPaused;
    this.#pause.textContent = this.#isPaused ? "Resume" : "Pause";
    this.#pause.setAttribute("aria-pressed", String(this.#isPaused));
    if (this.#isPaused) this.#show("Paused; sampling goes on", "paused");
    else this.#ask();
  }

  #onClose(): void {
    this.#socket = null;
    if (this.#isOver) return;
    this.#show("No connection to austin", "lost");
    this.#version = -1;
    setTimeout(() => this.#connect(), RETRY_MS);
  }

  #show(text: string, kind: "running" | "paused" | "over" | "lost"): void {
    this.status.textContent = text;
    this.status.dataset["kind"] = kind;
  }
}
