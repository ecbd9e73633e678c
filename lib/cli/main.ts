#!/usr/bin/env node
// The command line: parses arguments, runs one command, ends with its exit code.

import { CommanderError } from "commander";
import { type CommandContext, describeError } from "./context.js";
import { exitCodeFor, exitCodes } from "./exit-codes.js";
import { Interruption, watchProcess } from "./interruption.js";
import { plainLines } from "./plain-lines.js";
import { buildProgram } from "./program.js";

const interruption = new Interruption();

const context: CommandContext = {
  signal: interruption.signal,
  stdin: process.stdin,
  print: (text) => void process.stdout.write(`${plainLines(text)}\n`),
  complain: (text) => void process.stderr.write(`${plainLines(text)}\n`),
  isTerminal: process.stdout.isTTY === true,
  progress: {
    isTerminal: process.stderr.isTTY === true,
    get columns() {
      return process.stderr.columns ?? 80;
    },
    write: (text) => void process.stderr.write(text),
  },
};

async function main(): Promise<number> {
  let code: number = exitCodes.ok;
  try {
    await buildProgram({
      context,
      finish: (result) => {
        code = result;
      },
    }).parseAsync();
  } catch (error) {
    code = failure(error);
  }
  await written();
  return interruption.code ?? code;
}

// Whether the output could be written is known only afterwards.
function written(): Promise<void> {
  return new Promise((resolve) => process.stdout.write("", () => setImmediate(resolve)));
}

function failure(error: unknown): number {
  if (interruption.signal.aborted) return exitCodes.failed; // its own code says why
  // Commander has printed its own message; help and version are no mistakes.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  context.complain(`deeplab-rt: ${describeError(error)}`);
  return exitCodeFor(error);
}

watchProcess(interruption, context.complain);
void main().then((code) => {
  process.exitCode = code;
});
