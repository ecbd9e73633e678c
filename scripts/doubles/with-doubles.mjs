// scripts/with-doubles <command…>: the command's own output, its exit code, and the doubles instead of NVIDIA's
// libraries. Nothing else is printed, but what keeps it from starting.
import { spawn } from "node:child_process";
import os from "node:os";
import { reportingSetupErrors, SetupError } from "../setup/setup-error.mjs";
import { buildDoubles } from "./build.mjs";
import { doublesEnvironment } from "./environment.mjs";

const USAGE = `Use: scripts/with-doubles [--ort] <command…>
  --ort  ONNX Runtime is a proxy of itself that offers providers for GPUs, too
Settings of the doubles: DEEPLAB_DOUBLE_* (test/doubles/*/control.h). The cache is build/doubles-home, not this user's,
unless INFERENCE_HOME names one.`;

/** `{ ort, command, args }` of what was typed. */
export function readArguments(typed) {
  const ort = typed[0] === "--ort";
  const [command, ...args] = ort ? typed.slice(1) : typed;
  if (command === undefined || command.startsWith("-")) throw new SetupError(USAGE);
  return { ort, command, args };
}

// A terminal sends these to the command as well; whoever signals only us means the command.
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs the command in the caller's folder; resolves to `{ code, signal }`. */
function run(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: "inherit" });
    for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
    child.on("error", (error) => reject(new SetupError(`${command} cannot be started: ${error.message}`)));
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
}

/** 128 + n where signal n ended the command, as shells say it. */
const exitCode = ({ code, signal }) => (signal === null ? code : 128 + os.constants.signals[signal]);

/** The whole of scripts/with-doubles. */
export async function main(typed) {
  await reportingSetupErrors(async () => {
    const { ort, command, args } = readArguments(typed);
    const libraries = await buildDoubles();
    const env = { ...process.env, ...doublesEnvironment(libraries, process.env, { ort }) };
    process.exitCode = exitCode(await run(command, args, env));
  });
}
