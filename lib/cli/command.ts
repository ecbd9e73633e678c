// What a command's file hands to the program: a function that declares the command with its options.

import type { Command } from "commander";
import type { CommandContext } from "./context.js";

/** What commands are run with. */
export interface CommandHost {
  readonly context: CommandContext;
  /** Takes the exit code of the command that ran. */
  readonly finish: (code: number) => void;
}

/** Declares one command on the program. */
export type AddCommand = (program: Command, host: CommandHost) => void;
