// What can be completed, read from the very program that parses the command line: nothing is listed twice.

import type { Argument, Command, Option } from "commander";

/** What may stand in a place. */
export type Values =
  | { readonly kind: "files" | "folders" | "text" }
  | { readonly kind: "words"; readonly words: readonly string[] }
  /** Some of the words, with commas. */
  | { readonly kind: "list"; readonly words: readonly string[] };

/** An option. */
export interface OptionWords {
  /** `-m`, where there is one, and `--model`. */
  readonly short: string | undefined;
  readonly long: string;
  readonly description: string;
  /** Null where no value follows. */
  readonly values: Values | null;
}

/** A command. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** Its arguments; the last one may be repeated where `isVariadic`. */
  readonly values: readonly Values[];
  readonly isVariadic: boolean;
}

/** The whole program. */
export interface ProgramWords {
  readonly name: string;
  readonly options: readonly OptionWords[];
  readonly commands: readonly CommandWords[];
}

/** Reads them from commander's objects. */
export function describeProgram(program: Command): ProgramWords {
  const version = program.options.map(describeOption);
  const help: OptionWords = { short: "-h", long: "--help", description: "show help", values: null };
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...command.options.filter(({ hidden }) => !hidden).map(describeOption), help],
    values: command.registeredArguments.map(argumentValues),
    isVariadic: command.registeredArguments.at(-1)?.variadic ?? false,
  }));
  return { name: program.name(), options: [...version, help], commands };
}

function describeOption(option: Option): OptionWords {
  const { short, long, flags, description, argChoices, required } = option;
  const [, placeholder = ""] = /[<[]([^>\]]+)[>\]]/.exec(flags) ?? [];
  const values = required ? valuesOf(placeholder, argChoices) : null;
  return { short, long: long ?? "", description, values };
}

function argumentValues(argument: Argument): Values {
  return valuesOf(argument.name(), argument.argChoices);
}

const folders = ["folder", "package"];
const files = ["file", "inputs", "image"];

// By the word that help shows for it.
function valuesOf(placeholder: string, choices: readonly string[] | undefined): Values {
  if (choices !== undefined) return { kind: placeholder === "list" ? "list" : "words", words: choices };
  if (folders.includes(placeholder)) return { kind: "folders" };
  return { kind: files.includes(placeholder) ? "files" : "text" };
}
