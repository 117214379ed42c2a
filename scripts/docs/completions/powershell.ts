/** Completion for PowerShell. */

import type { OptionTable } from "../../../src/cli/options.ts";
import {
  type Completed,
  namesOf,
  optionsWithArgument,
  summary,
} from "./completed.ts";

/** @returns the completion script, to be dot-sourced from a profile. */
export function powershellCompletion(table: OptionTable): string {
  const { program, options } = table;
  const names = options.flatMap((option) =>
    namesOf(option).map((name) =>
      `    @{ Name = ${quoted(name)}; Tip = ${quoted(summary(option))} }`
    )
  );
  const values = optionsWithArgument(table).flatMap(({ names, words }) =>
    names.map((name) => `  $values[${quoted(name)}] = { ${list(words)} }`)
  );
  return `# PowerShell completion for ${program}

Register-ArgumentCompleter -Native -CommandName ${program}, austinp -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $options = @(
${names.join("\n")}
  )
  # Some options differ by case alone.
  $values = [System.Collections.Hashtable]::new([StringComparer]::Ordinal)
${values.join("\n")}
  $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  $last = if ($wordToComplete -eq '') { $words[-1] } else { $words[-2] }
  if ($values.ContainsKey($last)) {
    & $values[$last] | Where-Object { "$_" -like "$wordToComplete*" } |
      ForEach-Object { [System.Management.Automation.CompletionResult]::new("$_") }
    return
  }
  $options | Where-Object { $_.Name.StartsWith($wordToComplete, [StringComparison]::Ordinal) } |
    ForEach-Object {
      [System.Management.Automation.CompletionResult]::new($_.Name, $_.Name, 'ParameterName', $_.Tip)
    }
}
`;
}

function list(words: Completed): string {
  if (words === "files") return "Get-ChildItem -Name";
  if (words === "processes") return "(Get-Process).Id";
  return words.map(quoted).join(", ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
