/**
 * Reads a command line by the rules of GNU argp, over an option table.
 *
 * Parsing stops at the first word that is no option, or after `--`; the rest
 * are operands, untouched. Short options may be combined and the last of them
 * may have its argument glued on (`-Pi1ms`); long ones may be abbreviated.
 * Words are judged in order, so the first mistake is the one reported and
 * `--help` wins over a mistake after it. Messages are those of glibc's getopt.
 */

import type { UsageError } from "../errors.ts";
import { argumentKinds } from "./kinds.ts";
import {
  type Argument,
  type Option,
  type OptionTable,
  type Request,
  takesArgument,
  type Values,
} from "./options.ts";
import { getoptError, usageError } from "./usage_error.ts";

/** A command line that has been understood. */
export interface Parsed<O extends Option = Option> {
  /** The text that was asked for instead of a run, if any; without any word it is the usage. */
  readonly request: Request["long"] | null;
  /** What the options say; defaults are filled in. */
  readonly values: Values<O>;
  /** The words after the options: the command and its arguments. */
  readonly operands: readonly string[];
  /** The options as they were given, in order: for another program that is to get them. */
  readonly given: readonly GivenOption[];
}

/** An option of a command line, spelt out. */
export interface GivenOption {
  /** Its long name, never abbreviated. */
  readonly long: string;
  /** The one word that says it, with its argument: `--interval=1ms`. */
  readonly word: string;
}

/**
 * Parses the words after the program's name.
 * @param programName the program's name as typed, for messages.
 * @throws UsageError at the first word that cannot be understood.
 */
export function parse<O extends Option>(
  table: OptionTable<O>,
  args: readonly string[],
  programName: string,
): Parsed<O> {
  return new Parser(table, args, programName).parse() as Parsed<O>;
}

/** The state of parsing one command line. */
class Parser {
  readonly #table: OptionTable;
  readonly #args: readonly string[];
  readonly #programName: string;
  readonly #values: Record<string, unknown>;
  readonly #given: GivenOption[] = [];
  #request: Request["long"] | null = null;
  /** Whether `--` has ended all options. */
  #isOver = false;
  #index = 0;

  constructor(
    table: OptionTable,
    args: readonly string[],
    programName: string,
  ) {
    this.#table = table;
    this.#args = args;
    this.#programName = programName;
    this.#values = initialValues(table.options);
  }

  parse(): { [K in keyof Parsed]: unknown } {
    if (this.#args.length === 0) this.#request = "usage";
    const operands: string[] = [];
    do {
      this.#readOptions();
      if (this.#isOver || this.#request !== null) break;
      const operand = this.#nextWord();
      if (operand === undefined) break;
      operands.push(operand);
    } while (this.#table.permutes);
    operands.push(...this.#args.slice(this.#index));
    const given = this.#given;
    return { request: this.#request, values: this.#values, operands, given };
  }

  /** Reads options up to the next word that is none. */
  #readOptions(): void {
    let word = this.#nextOption();
    while (word !== undefined) {
      if (word === "--") {
        this.#isOver = true;
        return;
      }
      if (word.startsWith("--")) this.#readLong(word);
      else this.#readShorts(word);
      word = this.#nextOption();
    }
  }

  #readLong(word: string): void {
    const equals = word.indexOf("=");
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const glued = equals < 0 ? undefined : word.slice(equals + 1);
    const option = this.#findLong(name, word);
    if (!takesArgument(option)) {
      if (glued === undefined) return this.#set(option);
      throw this.#mistake(
        `option '--${option.long}' doesn't allow an argument`,
      );
    }
    const argument = glued ?? this.#nextWord();
    if (argument === undefined) {
      throw this.#mistake(`option '--${option.long}' requires an argument`);
    }
    this.#setArgument(option, argument);
  }

  #findLong(name: string, word: string): Option {
    const found = resolveLong(this.#table, name);
    if (found.length > 1) {
      const possibilities = found.map((long) => ` '--${long}'`).join("");
      throw this.#mistake(
        `option '${word}' is ambiguous; possibilities:${possibilities}`,
      );
    }
    const option = this.#table.options.find(({ long }) => long === found[0]);
    if (option === undefined) {
      throw this.#mistake(`unrecognized option '${word}'`);
    }
    return option;
  }

  #readShorts(word: string): void {
    let rest = word.slice(1);
    while (rest !== "" && this.#request === null) {
      const [letter = ""] = rest;
      const option = this.#findShort(letter);
      rest = rest.slice(letter.length);
      if (takesArgument(option)) {
        const argument = rest === "" ? this.#nextWord() : rest;
        if (argument === undefined) {
          throw this.#mistake(`option requires an argument -- '${letter}'`);
        }
        return this.#setArgument(option, argument);
      }
      this.#set(option);
    }
  }

  #findShort(letter: string): Option {
    const option = this.#table.options.find(({ short }) => short === letter);
    if (option !== undefined) return option;
    throw this.#mistake(`invalid option -- '${letter}'`);
  }

  #set(option: Exclude<Option, Argument>): void {
    if (option.kind === "request") this.#request = option.long;
    else {
      this.#values[option.long] = true;
      this.#given.push({ long: option.long, word: `--${option.long}` });
    }
  }

  #setArgument(option: Argument, argument: string): void {
    const kind = argumentKinds[option.kind];
    const value = kind.parse(argument);
    if (value === null) throw usageError(this.#programName, kind.complaint);
    if (option.repeats) (this.#values[option.long] as unknown[]).push(value);
    else this.#values[option.long] = value;
    const word = `--${option.long}=${argument}`;
    this.#given.push({ long: option.long, word });
    if (option.sets !== undefined) this.#values[option.sets] = value;
  }

  #nextWord(): string | undefined {
    return this.#args[this.#index++];
  }

  /** @returns the next word if it is an option or `--`, and undefined where options end. */
  #nextOption(): string | undefined {
    const isOver = this.#request !== null ||
      !isOption(this.#args[this.#index] ?? "");
    return isOver ? undefined : this.#nextWord();
  }

  #mistake(complaint: string): UsageError {
    return getoptError(this.#programName, complaint);
  }
}

/**
 * The long options that a name may stand for: itself, or all that it
 * abbreviates. Reserved names are looked at first, and only an abbreviation of
 * none of them can be one of an option that came later.
 * @returns none, one, or the several between which it is ambiguous. A reserved name may lack its option.
 */
export function resolveLong(
  table: OptionTable,
  name: string,
): readonly string[] {
  const known = table.options.map(({ long }) => long);
  if (known.includes(name)) return [name];
  const isMeant = (long: string) => long.startsWith(name);
  const reserved = table.reserved.filter(isMeant);
  return reserved.length > 0 ? reserved : known.filter(isMeant);
}

function initialValues(options: readonly Option[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const option of options) {
    if (option.kind === "flag") values[option.long] = false;
    else if (takesArgument(option)) {
      values[option.long] = option.repeats ? [] : option.default;
    }
  }
  return values;
}

/** A lone `-` is a word like any other. */
function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith("-");
}
