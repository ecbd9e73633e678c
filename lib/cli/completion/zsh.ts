// Completion for zsh.

import type { CommandWords, OptionWords, ProgramWords, Values } from "./words.js";

/** The script. */
export function zshScript({ name, options, commands }: ProgramWords): string {
  return `#compdef ${name}
# zsh completion for ${name}, written by: ${name} completion zsh

_deeplab_rt() {
  local curcontext="$curcontext" state line
  local -a commands
  _arguments -C \\
${options.map((option) => `    ${optionSpec(option)} \\`).join("\n")}
    '1: :->command' \\
    '*:: :->arguments'
  case $state in
    command)
      commands=(
${commands.map(({ name: command, description }) => `        ${quoted(`${command}:${description}`)}`).join("\n")}
      )
      _describe command commands
      ;;
    arguments)
      case $words[1] in
${commands.map(commandCase).join("\n")}
      esac
      ;;
  esac
}

# Loaded with $fpath it is called at once; with eval it has to be told what it completes.
if [ "$funcstack[1]" = "_deeplab_rt" ] || [ "$funcstack[1]" = "_${name}" ]; then
  _deeplab_rt "$@"
else
  compdef _deeplab_rt ${name}
fi
`;
}

function commandCase({ name, options, values, isVariadic }: CommandWords): string {
  const places = values.map((value, i) => {
    const place = isVariadic && i === values.length - 1 ? "*" : String(i + 1);
    return quoted(`${place}:${value.kind}:${action(value)}`);
  });
  const specs = [...options.map(optionSpec), ...places];
  return [
    `        ${name})`,
    "          _arguments \\",
    `            ${specs.join(" \\\n            ")}`,
    "          ;;",
  ].join("\n");
}

function optionSpec({ short, long, description, values }: OptionWords): string {
  const text = description.replaceAll("[", "\\[").replaceAll("]", "\\]");
  const rest = values === null ? `[${text}]` : `[${text}]:${values.kind}:${action(values)}`;
  // The value follows as a word of its own or in the same word: "--format=ov", "-fov".
  const [letter, name] = values === null ? [short, long] : [`${short}+`, `${long}=`];
  if (short === undefined) return quoted(`${name}${rest}`);
  return `${quoted(`(${short} ${long})`)}{${letter},${name}}${quoted(rest)}`;
}

function action(values: Values): string {
  if (values.kind === "words") return `(${values.words.join(" ")})`;
  if (values.kind === "list") return `_values -s , ${values.kind} ${values.words.join(" ")}`;
  if (values.kind === "folders") return "_files -/";
  return values.kind === "files" ? "_files" : " ";
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
