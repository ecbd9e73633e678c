// deeplab-rt types: the class names of a package as a TypeScript type.

import path from "node:path";
import { checkTypeName, packageClassTypes } from "../class-types.js";
import { DeepLabError } from "../errors.js";
import { showPath } from "../show.js";
import type { AddCommand } from "./command.js";
import type { CommandContext } from "./context.js";
import { exitCodes } from "./exit-codes.js";
import { stated } from "./load-options.js";
import { writeWhole } from "./write-file.js";

/** Options as commander gives them. */
export interface TypesCommandOptions {
  readonly output?: string;
  readonly name?: string;
}

/** Declares the command. */
export const addTypes: AddCommand = (program, { context, finish }) => {
  program
    .command("types")
    .description("write the class names of a package as a TypeScript type, for fromPretrained<Classes>()")
    .argument("<package>", "folder of the package")
    .option("-o, --output <file>", "where the declarations are written (they are printed)")
    .option("--name <identifier>", "name of the type (Classes)")
    .action(async (folder: string, options: TypesCommandOptions) =>
      finish(await typesCommand(folder, options, context)),
    );
};

/** Runs the command: it needs nothing but class_names.txt. @returns the exit code */
export async function typesCommand(
  folder: string,
  { output, name }: TypesCommandOptions,
  context: CommandContext,
): Promise<number> {
  if (name !== undefined) checkTypeName(name, "--name");
  const text = await packageClassTypes(folder, stated({ typeName: name }));
  if (output === undefined) context.print(text.trimEnd());
  else await write(output, text);
  return exitCodes.ok;
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeWhole(path.resolve(file), text);
  } catch (error) {
    const { message } = error as Error;
    throw new DeepLabError("OPTION_INVALID", `--output ${showPath(file)} cannot be written: ${message}`, {
      detail: { option: "--output", found: showPath(file), reason: message },
      cause: error,
    });
  }
}
