// deeplab-rt completion: a script that lets the shell complete commands, options and their values.

import { Argument } from "commander";
import type { AddCommand } from "./command.js";
import { bashScript } from "./completion/bash.js";
import { fishScript } from "./completion/fish.js";
import { describeProgram, type ProgramWords } from "./completion/words.js";
import { zshScript } from "./completion/zsh.js";
import { exitCodes } from "./exit-codes.js";

const shells: Readonly<Record<string, (words: ProgramWords) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const help = `
Where the script goes (make the folder first: mkdir -p):
  bash  deeplab-rt completion bash > ~/.local/share/bash-completion/completions/deeplab-rt
  zsh   deeplab-rt completion zsh > ~/.zsh/completions/_deeplab-rt, a folder of $fpath
  fish  deeplab-rt completion fish > ~/.config/fish/completions/deeplab-rt.fish
What is completed is the command deeplab-rt, not "npx deeplab-rt": npm install -g deeplab-rt.`;

/** Declares the command. */
export const addCompletion: AddCommand = (program, { context, finish }) => {
  program
    .command("completion")
    .description("print a script that completes commands, options and values in a shell")
    .addArgument(new Argument("<shell>", "the shell it is for").choices(Object.keys(shells)))
    .addHelpText("after", help)
    .action((shell: string) => {
      const script = shells[shell]?.(describeProgram(program)) ?? "";
      context.print(script.trimEnd());
      finish(exitCodes.ok);
    });
};
