// Completion for fish.

import type { CommandWords, OptionWords, ProgramWords, Values } from "./words.js";

/** The script. */
export function fishScript({ name, options, commands }: ProgramWords): string {
  const complete = `complete -c ${name}`;
  const atFirst = `${complete} -n __fish_use_subcommand`;
  return [
    `# fish completion for ${name}, written by: ${name} completion fish`,
    "",
    // The values of a list with commas: those before the last comma stay.
    "function __deeplab_rt_list",
    "  set -l before (string match -r '.*,' -- (commandline -ct))",
    '  for word in $argv; echo "$before$word"; end',
    "end",
    "",
    `${atFirst} -f`,
    ...options.map((option) => `${atFirst} ${optionSpec(option)}`),
    ...commands.map((command) => `${atFirst} -a ${command.name} -d ${quoted(command.description)}`),
    ...commands.flatMap((command) => commandLines(complete, command)),
    "",
  ].join("\n");
}

function commandLines(complete: string, { name, options, values }: CommandWords): string[] {
  const within = `${complete} -n '__fish_seen_subcommand_from ${name}'`;
  const [first = { kind: "text" }] = values;
  return [
    "",
    ...(first.kind === "files" ? [] : [`${within} -f${suggestions(first)}`]),
    ...options.map((option) => `${within} ${optionSpec(option)}`),
  ];
}

function optionSpec({ short, long, description, values }: OptionWords): string {
  const letter = short === undefined ? "" : `-s ${short.slice(1)} `;
  const value = values === null ? "" : ` ${values.kind === "files" ? "-r -F" : `-x${suggestions(values)}`}`;
  return `${letter}-l ${long.slice(2)}${value} -d ${quoted(description)}`;
}

function suggestions(values: Values): string {
  if (values.kind === "words") return ` -a ${quoted(values.words.join(" "))}`;
  if (values.kind === "list") return ` -a ${quoted(`(__deeplab_rt_list ${values.words.join(" ")})`)}`;
  return values.kind === "folders" ? " -a '(__fish_complete_directories)'" : "";
}

const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
