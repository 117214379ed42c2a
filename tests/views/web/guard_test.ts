import assert from "node:assert/strict";
import fc from "fast-check";
import { addressesOf, newToken } from "../../../src/views/web/addresses.ts";
import { admit, isOwnPage } from "../../../src/views/web/guard.ts";

const LOCAL = { names: addressesOf("127.0.0.1", "machine").names, token: "" };
const WIDE = { names: [], token: "s3cret" };

function ask(
  url: string,
  guard: typeof LOCAL | typeof WIDE,
  host = new URL(url).host,
  method = "GET",
) {
  return admit({ method, url, headers: new Headers({ host }) }, guard);
}

/** The status of a refusal, or the path. */
function answer(...args: Parameters<typeof ask>): string | number {
  const admitted = ask(...args);
  return typeof admitted === "string" ? admitted : admitted.status;
}

Deno.test("admit() lets in whoever asks by a name of this machine", () => {
  assert.equal(answer("http://127.0.0.1:80/page.js", LOCAL), "page.js");
  assert.equal(answer("http://localhost:1234/", LOCAL), "");
  assert.equal(answer("http://LOCALHOST:1/live", LOCAL), "live");
  assert.equal(answer("http://[::1]:1234/live?a", LOCAL), "live");
});

Deno.test("admit() refuses other names, which DNS may point here", () => {
  for (const host of ["evil.example", "127.0.0.1.evil.example:80", "a b", ""]) {
    assert.equal(answer("http://127.0.0.1/", LOCAL, host), 421);
  }
  assert.equal(answer("http://evil.example/", LOCAL, "localhost"), 421);
});

Deno.test("admit() of a server that listens wider asks for the whole token", () => {
  assert.equal(answer("http://10.0.0.1/s3cret/live", WIDE), "live");
  assert.equal(answer("http://any.name/s3cret/", WIDE), "");
  for (
    const path of ["", "live", "s3cre/", "s3crets/", "S3CRET/", "/s3cret/"]
  ) {
    assert.equal(answer(`http://any.name/${path}`, WIDE), 403);
  }
});

Deno.test("admit() takes no other methods and no endless paths", () => {
  const url = "http://localhost/";
  assert.equal(answer(url, LOCAL, "localhost", "POST"), 405);
  assert.equal(answer(url + "a".repeat(5_000), LOCAL), 404);
  const headers = new Headers();
  const admitted = admit({ method: "GET", url: "http://[/", headers }, LOCAL);
  assert.equal((admitted as { status: number }).status, 400);
});

Deno.test("admit() answers anything", () => {
  fc.assert(fc.property(fc.webUrl(), fc.string(), (url, token) => {
    answer(url, LOCAL);
    if (token !== "") answer(url, { names: [], token });
  }));
});

Deno.test("isOwnPage() wants the origin that the request is sent to", () => {
  const own = (origin: string) =>
    isOwnPage(new Headers({ host: "127.0.0.1:81", origin }));
  assert.equal(own("http://127.0.0.1:81"), true);
  for (
    const origin of ["http://127.0.0.1", "https://127.0.0.1:81", "null", ""]
  ) {
    assert.equal(own(origin), false);
  }
  assert.equal(isOwnPage(new Headers({ host: "127.0.0.1:81" })), false);
});

Deno.test("addressesOf() knows which hosts only this machine reaches", () => {
  const isLocal = (host: string) => addressesOf(host, "machine").isLocal;
  for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"]) {
    assert.equal(isLocal(host), true, host);
  }
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "localhost.evil", "1::1"]) {
    assert.equal(isLocal(host), false, host);
  }
  assert.equal(addressesOf("0.0.0.0", "machine").shown, "machine");
  assert.equal(addressesOf("fe80::1", "machine").shown, "[fe80::1]");
});

Deno.test("newToken() is long, fit for a path, and another one each time", () => {
  const tokens = Array.from({ length: 100 }, newToken);
  assert.equal(new Set(tokens).size, 100);
  for (const token of tokens) assert.match(token, /^[\w-]{32}$/);
});
