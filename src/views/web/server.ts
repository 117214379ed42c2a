/**
 * The web server of a live flame graph: a page, its script and style, a
 * WebSocket, and downloads. It answers nobody whom `guard.ts` does not admit.
 */

import { pageHtml } from "../../formats/flame_graph/html.ts";
import {
  type PageAsset,
  pageAsset,
} from "../../formats/flame_graph/page_asset.ts";
import {
  admit,
  type GuardOptions,
  isOwnPage,
  NOT_FOUND,
  type Refusal,
} from "./guard.ts";
import { MAX_VIEWERS, type Show, Viewers } from "./viewers.ts";

/** A file for download. */
export interface Download {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is served. */
export interface ServedRun {
  readonly title: string;
  readonly show: Show;
  /** Formats in which the run can be had: name and label. */
  readonly formats: readonly (readonly [name: string, label: string])[];
  /** Writes the run in a format. @returns null when there is no such format. */
  download(format: string): Promise<Download | null>;
}

/** Where and to whom it is served. */
export interface ServerOptions extends GuardOptions {
  readonly hostname: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** Time between two looks for something new. */
const UPDATE_MS = 1_000;

/** What is said with every answer: nothing of this is for other pages, for frames or for later. */
const HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
};

/** A server that runs. */
export class LiveServer implements AsyncDisposable {
  readonly #run: ServedRun;
  readonly #options: ServerOptions;
  readonly #asset: PageAsset = pageAsset();
  readonly #viewers: Viewers;
  /** Where it listens. */
  readonly port: number;
  #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #timer: ReturnType<typeof setInterval>;
  #downloads = 0;
  #isClosed = false;

  /** @throws Deno.errors.AddrInUse and the like when it cannot listen there. */
  constructor(run: ServedRun, options: ServerOptions) {
    this.#run = run;
    this.#options = options;
    this.#viewers = new Viewers(run.show);
    this.#server = this.#listen(options.port);
    this.port = this.#server.addr.port;
    this.#timer = setInterval(() => this.#viewers.update(), UPDATE_MS);
  }

  /** Path of the page, with the token. */
  get path(): string {
    const { token } = this.#options;
    return token === "" ? "/" : `/${token}/`;
  }

  /** Ends every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#viewers.close();
    await Promise.race([this.#server.shutdown(), pause(500)]);
  }

  #listen(port: number): Deno.HttpServer<Deno.NetAddr> {
    const { hostname } = this.#options;
    const server = Deno.serve(
      {
        hostname,
        port,
        onListen: () => {},
        onError: () => plain(500, "Failed"),
      },
      (request) => this.#answer(request),
    );
    server.finished.catch(() => this.#listenAgain());
    return server;
  }

  /** A server gives up when it cannot take a connection, as with too many open files. */
  #listenAgain(): void {
    if (this.#isClosed) return;
    try {
      this.#server = this.#listen(this.port);
    } catch {
      setTimeout(() => this.#listenAgain(), UPDATE_MS);
    }
  }

  #answer(request: Request): Response | Promise<Response> {
    const path = admit(request, this.#options);
    if (typeof path !== "string") return refuse(path);
    const { script, style } = this.#asset;
    switch (path) {
      case "":
        return text(this.#page(), "text/html; charset=utf-8");
      case "page.js":
        return text(script, "text/javascript; charset=utf-8");
      case "page.css":
        return text(style, "text/css; charset=utf-8");
      case "live":
        return this.#connect(request);
      case "download":
        return this.#download(request);
    }
    return refuse(NOT_FOUND);
  }

  #page(): string {
    const { title, formats } = this.#run;
    const setup = JSON.stringify({ formats }).replaceAll("<", "\\u003c");
    return pageHtml({
      title: `${title} · austin`,
      head: [`<link rel="stylesheet" href="page.css">`],
      foot: [
        `<script type="application/json" id="live">${setup}</script>`,
        `<script src="page.js"></script>`,
      ],
    });
  }

  #connect(request: Request): Response {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return plain(426, "Only for the page's own connection");
    }
    if (!isOwnPage(request.headers)) {
      return plain(403, "Another page's request");
    }
    if (this.#viewers.size >= MAX_VIEWERS) {
      return plain(503, "Too many browsers look on");
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    this.#viewers.add(socket);
    return response;
  }

  /** One at a time: each takes as much memory as the file. */
  async #download(request: Request): Promise<Response> {
    if (this.#downloads > 0) return plain(503, "Another download is under way");
    const format = new URL(request.url).searchParams.get("format") ?? "";
    this.#downloads++;
    try {
      const file = await this.#run.download(format);
      if (file === null) return refuse(NOT_FOUND);
      return new Response(file.bytes, {
        headers: {
          ...HEADERS,
          "content-type": file.type,
          "content-disposition": `attachment; filename="${file.name}"`,
        },
      });
    } finally {
      this.#downloads--;
    }
  }
}

function text(content: string, type: string): Response {
  return new Response(content, {
    headers: { ...HEADERS, "content-type": type },
  });
}

function refuse({ status, reason }: Refusal): Response {
  return plain(status, reason);
}

function plain(status: number, reason: string): Response {
  const headers = { ...HEADERS, "content-type": "text/plain; charset=utf-8" };
  return new Response(`${reason}\n`, { status, headers });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
