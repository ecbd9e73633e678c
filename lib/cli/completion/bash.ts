// Completion for bash, 3.2 and later.

import type { CommandWords, OptionWords, ProgramWords, Values } from "./words.js";

/** The script. */
export function bashScript({ name, options, commands }: ProgramWords): string {
  const names = commands.map((command) => command.name);
  return `# bash completion for ${name}, written by: ${name} completion bash

# Words that begin with what is typed.
_deeplab_rt_words() {
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

# The last of several words with commas between them.
_deeplab_rt_list() {
  local before=""
  [[ $cur == *,* ]] && before="\${cur%,*},"
  COMPREPLY=($(compgen -P "$before" -W "$1" -- "\${cur##*,}"))
  compopt -o nospace 2>/dev/null
}

_deeplab_rt_folders() {
  local folder
  while IFS= read -r folder; do COMPREPLY+=("$folder"); done < <(compgen -d -- "$cur")
  compopt -o filenames 2>/dev/null
}

_deeplab_rt() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" command="" i
  COMPREPLY=()
  # --format=overlay comes as three words.
  if [[ $cur == = ]]; then cur=""; elif [[ $prev == = ]]; then prev="\${COMP_WORDS[COMP_CWORD - 2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      ${names.join(" | ")}) command="\${COMP_WORDS[i]}"; break ;;
    esac
  done
  case "$command $prev" in
${commands.flatMap(optionCases).join("\n")}
  esac
  case "$command" in
    "") _deeplab_rt_words "${[...names, ...options.flatMap(flags)].join(" ")}" ;;
${commands.map(commandCase).join("\n")}
  esac
}

# Where nothing else is known, files are completed.
complete -o bashdefault -o default -F _deeplab_rt ${name}
`;
}

const flags = ({ short, long }: OptionWords) => (short === undefined ? [long] : [short, long]);

// After an option with a value.
function optionCases({ name, options }: CommandWords): string[] {
  return options.flatMap((option) => {
    if (option.values === null) return [];
    const patterns = flags(option).map((flag) => `"${name} ${flag}"`);
    return [`    ${patterns.join(" | ")}) ${complete(option.values)}return ;;`];
  });
}

function commandCase({ name, options, values }: CommandWords): string {
  const words = options.flatMap(flags).join(" ");
  const [first = { kind: "text" }] = values;
  return [
    `    ${name})`,
    `      if [[ $cur == -* ]]; then _deeplab_rt_words "${words}"; return; fi`,
    ...(complete(first) === "" ? [] : [`      ${complete(first)}`.trimEnd()]),
    "      ;;",
  ].join("\n");
}

// Ends in "; ", or is empty: bash's own completion of files follows.
function complete(values: Values): string {
  if (values.kind === "words") return `_deeplab_rt_words "${values.words.join(" ")}"; `;
  if (values.kind === "list") return `_deeplab_rt_list "${values.words.join(" ")}"; `;
  return values.kind === "folders" ? "_deeplab_rt_folders; " : "";
}
