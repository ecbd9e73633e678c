// The program of the command line: its commands in the order in which help lists them. Each is a file of its own.

import { readFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { addBench } from "./bench.js";
import type { AddCommand, CommandHost } from "./command.js";
import { addCompile } from "./compile.js";
import { addCompletion } from "./completion.js";
import { exitCodeHelp } from "./exit-codes.js";
import { addExplain } from "./explain.js";
import { addInfo } from "./info.js";
import { addSegment } from "./segment.js";
import { addTypes } from "./types.js";

const commands: readonly AddCommand[] = [
  addSegment,
  addInfo,
  addExplain,
  addBench,
  addTypes,
  addCompile,
  addCompletion,
];

/** The whole command line; parsing throws commander's errors instead of ending the process. */
export function buildProgram(host: CommandHost): Command {
  const program = new Command("deeplab-rt")
    .description("DeepLabV3+ semantic segmentation: a class and a confidence for every pixel")
    .version(ownVersion())
    .exitOverride()
    .addHelpText("after", `\n${exitCodeHelp}`);
  for (const add of commands) add(program, host);
  return program;
}

function ownVersion(): string {
  const file = path.join(__dirname, "..", "..", "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
