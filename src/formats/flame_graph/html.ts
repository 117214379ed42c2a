/**
 * A flame graph as one HTML file: script, style and data are in it, and it
 * asks for nothing else. Its own policy forbids it to.
 */

import type { FlameDocument } from "./document.ts";
import type { PageAsset } from "./page_asset.ts";
import { escapeXml } from "./svg.ts";

/** @returns the whole file. */
export function flameHtml(document: FlameDocument, asset: PageAsset): string {
  const { script, style, scriptHash, styleHash } = asset;
  const policy = [
    "default-src 'none'",
    `script-src '${scriptHash}'`,
    `style-src '${styleHash}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return pageHtml({
    title: document.title,
    head: [
      `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
      `<style>${style}</style>`,
    ],
    foot: [
      `<script type="application/json" id="document">${
        scriptSafe(JSON.stringify(document))
      }</script>`,
      `<script>${script}</script>`,
    ],
  });
}

/** The parts in which a file and a live page differ. */
interface PageParts {
  readonly title: string;
  readonly head: readonly string[];
  readonly foot: readonly string[];
}

/** @returns a page that the page's script will fill. */
export function pageHtml({ title, head, foot }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${head.join("\n")}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeXml(title)}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%23e2582b' d='M1 12h14v3H1zM3 8h9v3H3zM4 4h4v3H4zM5 1h2v2H5z'/%3E%3C/svg%3E">
</head>
<body>
<noscript>This flame graph needs JavaScript.</noscript>
${foot.join("\n")}
</body>
</html>
`;
}

/** @returns the JSON such that nothing in it can end a script. HTML, 4.12.1.3 */
function scriptSafe(json: string): string {
  return json.replaceAll("<", "\\u003c");
}
