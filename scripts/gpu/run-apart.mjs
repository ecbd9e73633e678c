// Starting a program whose answer is on stdout: libraries write lines of their own to stderr.
import { spawn } from "node:child_process";
import { ROOT } from "../setup/paths.mjs";

/** Runs a command; resolves to `{ code, signal, stdout, stderr }`. */
export function runApart(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, ...options, stdio: ["ignore", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8").on("data", (text) => {
        said[name] += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...said }));
  });
}

/** All that it said, for an error. */
export const wholeOutput = ({ stdout, stderr }) => `${stderr.trim()}\n${stdout.trim()}`.trim();
