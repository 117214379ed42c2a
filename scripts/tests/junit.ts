/**
 * Reads the JUnit report of `deno test`: only what that writes, which is one
 * `<testcase name="…" …>` for each test and step, with
 * `<failure>` or `<skipped/>` in those that failed or were ignored.
 */

/** One test, or step of a test. */
export interface TestResult {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "ignored";
}

const TEST_CASE = /<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs;

/** @param report the text of a JUnit file. @returns its tests in their order. */
export function readJUnit(report: string): TestResult[] {
  return Array.from(report.matchAll(TEST_CASE), (match) => {
    const [, name = "", content = ""] = match;
    return { name: unescape(name), outcome: outcome(content) };
  });
}

function outcome(content: string): TestResult["outcome"] {
  if (content.includes("<failure")) return "failed";
  return content.includes("<skipped/>") ? "ignored" : "passed";
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

function unescape(text: string): string {
  return text.replaceAll(
    /&(lt|gt|quot|apos|amp);/g,
    (entity) => ENTITIES[entity]!,
  );
}
