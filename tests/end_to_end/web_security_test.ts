/** The server of `austin --web` against those who mean no good: raw bytes, wrong names, no token. */

import assert from "node:assert/strict";
import { type RunningAustin, startAustin } from "../support/austin.ts";
import { inFolder } from "../support/folder.ts";
import { lineFrame, plainSample, writeProfile } from "../support/profile.ts";
import {
  frameOf,
  pageAddress,
  rawAnswer,
  rawSocketAnswer,
  requestFor,
  statusOf,
} from "../support/web.ts";

const text = (text: string) => new TextEncoder().encode(text);

/** Serves a file, gives the test its address, and sees that it still serves afterwards. */
async function withServer(
  options: readonly string[],
  test: (address: URL, run: RunningAustin) => Promise<void>,
  wrapper: readonly string[] = [],
): Promise<void> {
  await inFolder(async (folder) => {
    const file = `${folder}/a.mojo`;
    const frames = [lineFrame("a.py", "f", 1)];
    const samples = [plainSample({ frames, timeUs: 5 })];
    const bytes = writeProfile(samples, { format: "mojo", metrics: "time" });
    await Deno.writeFile(file, bytes);
    const words = ["--web", "--from", file, ...options];
    await using run = startAustin(words, { wrapper });
    const address = await pageAddress(run);
    // One that listens everywhere is reached by its name, which may not resolve here.
    if (options.includes("--host")) address.hostname = "127.0.0.1";
    await test(address, run);
    const path = address.pathname;
    const answer = await rawAnswer(address, requestFor(path, address.host));
    assert.equal(statusOf(answer), 200);
    run.kill("SIGINT");
    const { code, stdout } = await run.ended;
    assert.deepEqual([code, stdout], [0, ""]);
  });
}

Deno.test("--web answers no request that asks for another name", async () => {
  await withServer([], async (address) => {
    const ask = async (host: string, path = "/") =>
      statusOf(await rawAnswer(address, requestFor(path, host)));
    assert.equal(await ask(`localhost:${address.port}`), 200);
    for (const host of ["evil.example", `evil:${address.port}`, "x@y", ""]) {
      assert.ok([400, 421].includes(await ask(host)), host);
    }
    assert.equal(await ask(address.host, "http://evil.example/"), 421);
    const twice = requestFor("/", address.host, ["Host: evil.example"]);
    assert.equal(statusOf(await rawAnswer(address, twice)), 400);
    const nobody = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
    assert.ok([400, 421].includes(statusOf(await rawAnswer(address, nobody))));
  });
});

Deno.test("--web on all addresses gives nothing without the token", async () => {
  await withServer(["--host", "0.0.0.0"], async (address) => {
    const token = address.pathname;
    assert.match(token, /^\/[\w-]{32}\/$/);
    const ask = async (path: string) =>
      statusOf(await rawAnswer(address, requestFor(path, "any.name")));
    assert.equal(await ask(token), 200);
    const paths = ["/", "/live", "/page.js", "/download?format=svg", "/%2e/"];
    for (const path of [...paths, token.slice(0, -2), `/x${token}`]) {
      assert.equal(await ask(path), 403, path);
    }
    const stranger = new URL("/", address);
    const answer = await rawSocketAnswer(stranger, new Uint8Array());
    assert.equal(statusOf(answer), 403);
  });
});

Deno.test("--web serves its own paths only, whatever they are spelt like", async () => {
  await withServer([], async (address) => {
    const ask = async (path: string) =>
      statusOf(await rawAnswer(address, requestFor(path, address.host)));
    const foreign = [
      "/../../../../etc/passwd",
      "/%2e%2e/%2e%2e/etc/passwd",
      "/..%2f..%2fetc%2fpasswd",
      "//etc/passwd",
      "/page.js/..%00",
      "/%zz%ff",
      "/download?format=__proto__",
      "/download?format=../../etc/passwd",
      `/${"a".repeat(60_000)}`,
    ];
    for (const path of foreign) {
      assert.equal(await ask(path), 404, path.slice(0, 60));
    }
    assert.equal(await ask("/live"), 426);
  });
});

Deno.test("--web survives requests that are none", async () => {
  await withServer([], async (address) => {
    const own = address.host;
    const requests = [
      requestFor("/", own, [`X: ${"a".repeat(2_000_000)}`]),
      requestFor("/", own, Array.from({ length: 5_000 }, (_, i) => `X${i}: a`)),
      requestFor("/", own).replace("GET", "POST"),
      requestFor("*", own).replace("GET", "OPTIONS"),
      requestFor("http://[/", own),
      "CONNECT evil.example:80 HTTP/1.1\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "\u0000".repeat(5_000),
    ];
    for (const request of requests) {
      const answer = await rawAnswer(address, request, 500);
      assert.ok(!answer.includes("<!doctype"), request.slice(0, 60));
    }
  });
});

Deno.test("--web takes WebSockets from its own page only", async () => {
  await withServer([], async (address) => {
    const good = frameOf(text('{"version":-1}'));
    for (const origin of ["http://evil.example", "null", ""]) {
      const answer = await rawSocketAnswer(address, good, origin);
      assert.equal(statusOf(answer), 403, origin);
    }
    const answer = await rawSocketAnswer(address, good);
    assert.equal(statusOf(answer), 101);
    assert.match(answer, /"isOver":true,"document":\{"title":"a.mojo"/);
  });
});

Deno.test("--web ends WebSockets that send anything else", async () => {
  await withServer([], async (address) => {
    const random = crypto.getRandomValues(new Uint8Array(500));
    const messages = [
      random,
      frameOf(text("hello")),
      frameOf(text('{"version":{}}')),
      frameOf(text('{"__proto__":{"version":-1}}')),
      frameOf(text("[".repeat(200))),
      frameOf(text("a".repeat(1_000_000))),
      frameOf(new Uint8Array([0xff, 0xfe])),
      frameOf(new Uint8Array([1, 2]), 0x82),
      frameOf(new Uint8Array([3]), 0x88),
      // The largest length that there is, and reserved bits.
      new Uint8Array([0x81, 0xff, 0x7f, ...Array(7).fill(255), 0, 0, 0, 0]),
      new Uint8Array([0xff, 0xff, 1, 2, 3]),
    ];
    for (const message of messages) {
      const answer = await rawSocketAnswer(address, message);
      assert.equal(statusOf(answer), 101);
      assert.ok(!answer.includes('"document"'));
    }
  });
});

Deno.test("--web takes 32 browsers at a time, and others when these have gone", async () => {
  await withServer([], async (address) => {
    const url = `ws://${address.host}/live`;
    const open = () =>
      new Promise<WebSocket | null>((resolve) => {
        const socket = new WebSocket(url, {
          headers: { origin: address.origin },
        });
        socket.onopen = () => resolve(socket);
        socket.onerror = () => resolve(null);
      });
    const all = await Promise.all(Array.from({ length: 40 }, open));
    const taken = all.filter((socket) => socket !== null);
    assert.equal(taken.length, 32);
    await Promise.all(taken.map(closed));
    const another = await open();
    assert.ok(another !== null);
    await closed(another);
  });
});

function closed(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.onclose = resolve;
    socket.close();
  });
}

Deno.test("--web outlives more connections than it can take", async () => {
  const few = ["sh", "-c", 'ulimit -n 100; exec "$@"', "sh"];
  await withServer([], async (address) => {
    const { hostname } = address;
    const port = Number(address.port);
    const connections: Deno.Conn[] = [];
    for (let i = 0; i < 150; i++) {
      const connection = await Deno.connect({ hostname, port }).catch(() =>
        null
      );
      if (connection !== null) connections.push(connection);
    }
    for (const connection of connections) connection.close();
    const ask = () => rawAnswer(address, requestFor("/", address.host));
    for (let i = 0; i < 50; i++) {
      const answer = await ask().catch(() => "");
      if (answer !== "") return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail("It does not answer any more");
  }, few);
});

Deno.test("--web says where it cannot listen", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String(taken.addr.port);
  await using run = startAustin(["--web", "--port", port, "-p", "1"]);
  const { code, stderr } = await run.ended;
  assert.equal(code, 255);
  assert.match(stderr, /Cannot serve the page: 127\.0\.0\.1:\d+: .*in use/);
  assert.match(stderr, /hint: choose another `--port`/);
});
