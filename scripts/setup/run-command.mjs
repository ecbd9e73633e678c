// Starting other programs: shown, quiet, or captured. No shell is involved but where Windows needs one.
import { spawn, spawnSync } from "node:child_process";
import { ROOT } from "./paths.mjs";

// npm and npx are .cmd files there, which Node only starts through a shell.
const NEEDS_SHELL = process.platform === "win32" ? /^(npm|npx)$/ : null;

function spawnOptions(command, options) {
  return { cwd: ROOT, ...options, shell: NEEDS_SHELL?.test(command) ?? false };
}

/** Runs a command with our terminal; resolves to `{ code, signal }` and never rejects for a failing command. */
export function runShown(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, spawnOptions(command, { stdio: "inherit", ...options }));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
}

/** Runs a command and keeps what it prints: `{ code, signal, output }`, both streams in order of arrival. */
export function runCaptured(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      command,
      args,
      spawnOptions(command, { stdio: ["ignore", "pipe", "pipe"], ...options }),
    );
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code, signal, output: Buffer.concat(chunks).toString("utf8") }),
    );
  });
}

/** Runs a command; resolves to what it prints, and rejects with that where it fails. */
export async function outputOf(command, args) {
  const { code, signal, output } = await runCaptured(command, args);
  if (code === 0) return output;
  throw new Error(`${command} ${args.join(" ")} ended with ${code ?? signal}:\n${output}`);
}

/** Whether `command args` can be run and ends with 0; its text, or `null`. */
export function probe(command, args, input = "") {
  const result = spawnSync(command, args, spawnOptions(command, { input, encoding: "utf8" }));
  return result.status === 0 ? `${result.stdout}${result.stderr}` : null;
}
