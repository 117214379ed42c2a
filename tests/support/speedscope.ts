/** Speedscope itself, in a browser without a window: what it shows of a file. */

import { root } from "../../scripts/tree.ts";
import { run } from "./program.ts";

const RELEASE = `${root}/node_modules/speedscope/dist/release`;

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
};

/** How long the page's own clock may run; it runs ahead while nothing happens. */
const BUDGET_MS = 20_000;

/** What Speedscope shows. */
export interface Shown {
  /** All texts of the page, in their order. */
  readonly texts: readonly string[];
}

/** Opens a file in Speedscope, in the view of its functions. */
export async function openInSpeedscope(file: string): Promise<Shown> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => answer(new URL(request.url).pathname, file),
  );
  const { port } = server.addr as Deno.NetAddr;
  const origin = `http://127.0.0.1:${port}`;
  const profile = encodeURIComponent(`${origin}/profile`);
  const url = `${origin}/index.html#profileURL=${profile}&view=sandwich`;
  return { texts: await textsOf(url) };
}

async function answer(path: string, file: string): Promise<Response> {
  const name = path === "/profile" ? file : RELEASE + path;
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
  const bytes = await Deno.readFile(name).catch(() => null);
  return bytes === null
    ? new Response(null, { status: 404 })
    : new Response(bytes, {
      headers: { "content-type": type ?? "application/octet-stream" },
    });
}

async function textsOf(url: string): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "austin-chromium-" });
  try {
    const { stdout } = await run([
      "chromium",
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      `--user-data-dir=${folder}`,
      "--window-size=1200,4000",
      `--virtual-time-budget=${BUDGET_MS}`,
      "--dump-dom",
      url,
    ]);
    const texts = stdout.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, "")
      .split(/<[^>]*>/).map(unescaped);
    return texts.filter((text) => text.trim() !== "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}
