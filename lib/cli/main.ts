#!/usr/bin/env node
// The command line: parses arguments, runs one command, ends with its exit code.

import { readFileSync } from "node:fs";
import path from "node:path";
import { Command, CommanderError, Option } from "commander";
import { type CommandContext, describeError } from "./context.js";
import { exitCodeFor, exitCodes } from "./exit-codes.js";
import { type InfoCommandOptions, infoCommand } from "./info.js";
import { type SegmentCommandOptions, sampleModel, segmentCommand } from "./segment.js";

const interruption = new AbortController();

const context: CommandContext = {
  signal: interruption.signal,
  print: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
  isTerminal: process.stdout.isTTY === true,
};

function buildProgram(finish: (code: number) => void): Command {
  const program = new Command("deeplab-rt")
    .description("DeepLabV3+ semantic segmentation: a class and a confidence for every pixel")
    .version(ownVersion())
    .exitOverride()
    .addHelpText(
      "after",
      "\nExit codes: 0 ok, 1 some pictures failed, 2 usage, 3 package or model, 4 backend unavailable, 130 interrupted",
    );
  program
    .command("segment")
    .description("segment pictures: tables on the terminal, an overlay PNG for each")
    .argument("<images...>", "picture files")
    .addOption(
      new Option("-m, --model <folder>", "model package").default(sampleModel, "the shipped sample model"),
    )
    .option("-o, --output <folder>", "where NAME.overlay.png is written", ".")
    .option("-c, --confidence <value>", "threshold: a number from 0 to 1, best or default", "default")
    .option("--json", "print JSON instead of tables")
    .action(async (images: string[], options: SegmentCommandOptions) =>
      finish(await segmentCommand(images, options, context)),
    );
  program
    .command("info")
    .description("load a model package and say what it is and what runs it")
    .argument("<package>", "folder of the package")
    .option("--json", "print JSON")
    .action(async (folder: string, options: InfoCommandOptions) =>
      finish(await infoCommand(folder, options, context)),
    );
  return program;
}

function ownVersion(): string {
  const file = path.join(__dirname, "..", "..", "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

async function main(): Promise<number> {
  let code: number = exitCodes.ok;
  try {
    await buildProgram((result) => {
      code = result;
    }).parseAsync();
    return code;
  } catch (error) {
    if (interruption.signal.aborted) return exitCodes.interrupted;
    // Commander has printed its own message; help and version are no mistakes.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    context.complain(`deeplab-rt: ${describeError(error)}`);
    return exitCodeFor(error);
  }
}

// The first Ctrl+C ends the work in order; a second one finds no handler and kills.
process.once("SIGINT", () => interruption.abort(new Error("interrupted")));
// Whoever reads our output may stop early (`| head`): that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

void main().then((code) => {
  process.exitCode = code;
});
