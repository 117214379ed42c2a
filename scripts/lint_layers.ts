/**
 * Lint rules of this project: who may import whom, and what is said only in
 * one place.
 *
 * Data flows native → ffi → memory → python → sampling → sinks, and imports
 * point against it. Producers never meet consumers: walkers and sinks know
 * `src/events/` and not each other; `src/cli/` wires them. A new folder is a
 * row in `layers`.
 */

/** A part of the program and what it may build upon, beside itself. */
interface Layer {
  /** Files and folders of it, from the root of the project. */
  readonly paths: readonly string[];
  /** Layers that it may import. */
  readonly uses: readonly LayerName[];
  /** Layers of which it may import types, to implement their interfaces. */
  readonly knows?: readonly LayerName[];
  /** Whether it may import packages and `node:` modules statically. */
  readonly packages?: true;
}

type LayerName =
  | "base"
  | "events"
  | "memory"
  | "binary"
  | "process"
  | "python"
  | "sampling"
  | "native"
  | "output"
  | "formats"
  | "page"
  | "views"
  | "ffi"
  | "cli"
  | "main";

/** Who may import whom. */
const layers: Readonly<Record<LayerName, Layer>> = {
  base: {
    paths: ["src/errors.ts", "src/units.ts", "src/limits.ts", "src/log.ts"],
    uses: [],
  },
  events: { paths: ["src/events/"], uses: ["base"] },
  memory: { paths: ["src/memory/"], uses: ["base", "binary"] },
  binary: { paths: ["src/binary/"], uses: ["base"] },
  process: { paths: ["src/process/"], uses: ["base", "memory", "binary"] },
  python: {
    paths: ["src/python/"],
    uses: ["base", "events", "memory", "binary", "process"],
  },
  sampling: {
    paths: ["src/sampling/"],
    uses: ["base", "events", "memory", "process", "python"],
  },
  native: {
    paths: ["src/native/"],
    uses: [
      "base",
      "events",
      "memory",
      "binary",
      "process",
      "python",
      "sampling",
    ],
  },
  output: { paths: ["src/output/"], uses: ["base", "events"] },
  formats: {
    paths: ["src/formats/"],
    uses: ["base", "events", "output"],
    packages: true,
  },
  // It runs in browsers; scripts/assets.ts bundles it.
  page: { paths: ["src/page/"], uses: ["formats"], packages: true },
  views: {
    paths: ["src/views/"],
    uses: ["base", "events", "output", "formats"],
    packages: true,
  },
  ffi: {
    paths: ["ffi/"],
    uses: ["base"],
    knows: ["memory", "process", "sampling", "native"],
  },
  cli: {
    paths: ["src/cli/"],
    uses: [
      "base",
      "events",
      "memory",
      "binary",
      "process",
      "python",
      "sampling",
      "native",
      "output",
      "formats",
      "views",
      "ffi",
    ],
  },
  main: { paths: ["main.ts"], uses: ["base", "cli"] },
};

/** Where the rules do not reach: these may import and say anything. */
const FREE = ["tests/", "scripts/"];

const BIGINT_NAMES = [
  "BigInt",
  "BigInt64Array",
  "BigUint64Array",
  "getBigInt64",
  "getBigUint64",
  "setBigInt64",
  "setBigUint64",
];

const plugin: Deno.lint.Plugin = {
  name: "layers",
  rules: {
    "imports": { create: checkImports },
    "no-bigint": { create: checkBigints },
    "one-dlopen": {
      create: (context) =>
        onlyIn(context, { member: "dlopen", home: "ffi/library.ts" }),
    },
    "one-exit": {
      create: (context) => onlyIn(context, { member: "exit", home: "main.ts" }),
    },
  },
};

export default plugin;

/** Reports imports that the table of layers does not have. */
function checkImports(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const path = projectPath(context.filename);
  if (path === null || isFree(path)) return {};

  const check = (source: Deno.lint.Node | null, how: ImportKind) => {
    if (source?.type !== "Literal" || typeof source.value !== "string") return;
    const message = objection({ path, specifier: source.value, how });
    if (message !== null) context.report({ node: source, message });
  };

  return {
    ImportDeclaration: (node) => check(node.source, kindOf(node)),
    ImportExpression: (node) => check(node.source, "lazy"),
    ExportAllDeclaration: (node) => check(node.source, node.exportKind),
    ExportNamedDeclaration: (node) => check(node.source, node.exportKind),
    "TSImportType Literal": (node: Deno.lint.Node) => check(node, "type"),
  };
}

/** When an import is followed: never, at the start, or when it is reached. */
type ImportKind = "type" | "value" | "lazy";

/** One import, as the table of layers judges it. */
interface Import {
  readonly path: string;
  readonly specifier: string;
  readonly how: ImportKind;
}

/** An import is of types when each of its names is. */
function kindOf(node: Deno.lint.ImportDeclaration): ImportKind {
  if (node.importKind === "type") return "type";
  const areTypes = node.specifiers.length > 0 &&
    node.specifiers.every((specifier) =>
      specifier.type === "ImportSpecifier" && specifier.importKind === "type"
    );
  return areTypes ? "type" : "value";
}

/** @returns what is wrong with the import, or null. */
function objection({ path, specifier, how }: Import): string | null {
  const from = layerOf(path);
  if (from === null) return `'${path}' is in no layer: give it a row`;
  const layer = layers[from];
  if (!specifier.startsWith(".")) {
    if (layer.packages || how !== "value") return null;
    return `'${from}' must not load '${specifier}' at the start`;
  }
  const target = resolvePath(path, specifier);
  const to = layerOf(target);
  if (to === from || isResource(target)) return null;
  if (to === null) return `'${from}' must not import '${target}'`;
  if (layer.uses.includes(to)) return null;
  if (!layer.knows?.includes(to)) return `'${from}' must not import '${to}'`;
  return how === "type" ? null : `'${from}' must import only types of '${to}'`;
}

/** Reports big integers: they are slow, and addresses fit in numbers. */
function checkBigints(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const path = projectPath(context.filename);
  if (path === null || !path.startsWith("src/")) return {};
  const message = "no bigint: addresses are numbers, read as two u32";
  return {
    Literal(node) {
      if (typeof node.value === "bigint") context.report({ node, message });
    },
    Identifier(node) {
      if (BIGINT_NAMES.includes(node.name)) context.report({ node, message });
    },
  };
}

/** Reports `Deno.<member>` in other files than the one that is its home. */
function onlyIn(
  context: Deno.lint.RuleContext,
  { member, home }: { member: string; home: string },
): Deno.lint.LintVisitor {
  const path = projectPath(context.filename);
  if (path === null || path === home || isFree(path)) return {};
  return {
    MemberExpression(node) {
      const { object, property } = node;
      if (object.type !== "Identifier" || object.name !== "Deno") return;
      if (property.type !== "Identifier" || property.name !== member) return;
      context.report({ node, message: `only ${home} says Deno.${member}` });
    },
  };
}

/** @returns the path from the root of the project, or null for a file outside it. */
function projectPath(filename: string): string | null {
  const root = withSlashes(`${import.meta.dirname}`).replace(/scripts$/, "");
  const path = withSlashes(filename);
  return path.startsWith(root) ? path.slice(root.length) : null;
}

function withSlashes(path: string): string {
  return path.replaceAll("\\", "/");
}

/** @returns the path that a relative specifier means, from the root of the project. */
function resolvePath(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

function layerOf(path: string): LayerName | null {
  const names = Object.keys(layers) as LayerName[];
  const isInside = (inside: string) =>
    inside.endsWith("/") ? path.startsWith(inside) : path === inside;
  return names.find((name) => layers[name].paths.some(isInside)) ?? null;
}

function isFree(path: string): boolean {
  return FREE.some((folder) => path.startsWith(folder));
}

/** Texts and data that are imported with an attribute belong to whoever imports them. */
function isResource(path: string): boolean {
  return !path.endsWith(".ts");
}
