// Starts a contender's process, Node.js or Python, and talks to it: `ask(question)` → one turn's answer, `end()`.
import { fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { ROOT } from "../../../scripts/setup/paths.mjs";
import { CONTENDERS } from "../contenders/index.mjs";
import { PYTHON, readMap } from "../python/environment.mjs";
import { inScratch } from "../scratch.mjs";

const NODE_PROGRAM = fileURLToPath(new URL("./child.mjs", import.meta.url));
const PYTHON_PROGRAM = fileURLToPath(new URL("../python/worker.py", import.meta.url));

const LONGEST_REASON = 200;

/** A queue of answers: one is awaited at a time; the process's end answers too. */
function mailbox(child) {
  const waiting = [];
  const arrived = [];
  const deliver = (message) => {
    const next = waiting.shift();
    if (next) next(message);
    else arrived.push(message);
  };
  const gone = (why) => deliver({ error: `the contender's process ended: ${why}` });
  child.on("exit", (code, signal) => gone(signal ?? `exit code ${code}`));
  child.on("error", (error) => gone(error.message));
  const next = () =>
    arrived.length > 0 ? Promise.resolve(arrived.shift()) : new Promise((resolve) => waiting.push(resolve));
  return { deliver, next };
}

/** Binds a process to its first `cores` cores where the system can: one core is then one for everybody's threads. */
function pinned(child, cores) {
  if (cores === undefined) return;
  const { status } = spawnSync("taskset", ["-a", "-p", "-c", `0-${cores - 1}`, String(child.pid)]);
  if (status !== 0) throw new Error("taskset is needed (package util-linux) to give a process fewer cores");
}

function startNode(environment) {
  const child = fork(NODE_PROGRAM, [], { serialization: "advanced", env: environment });
  const box = mailbox(child);
  child.on("message", box.deliver);
  return { child, next: box.next, send: (message) => child.send(message) };
}

function startPython(environment) {
  const child = spawn(PYTHON, [PYTHON_PROGRAM], { env: environment, stdio: ["pipe", "pipe", "inherit"] });
  const box = mailbox(child);
  readline
    .createInterface({ input: child.stdout })
    .on("line", (line) => box.deliver(readMap(JSON.parse(line))));
  return { child, next: box.next, send: (message) => child.stdin.write(`${JSON.stringify(message)}\n`) };
}

/** A reason that may be committed: one line, not endless, no folder of this machine. */
export function shortReason(text) {
  const line = text.split("\n")[0].replaceAll(inScratch(), "…").replaceAll(ROOT, "…");
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON)}…` : line;
}

/**
 * Starts one contender. Resolves to `{ unavailable }` with the reason where it cannot run here.
 *
 * @param {{ contender: string, settings: object, env?: object, cores?: number }} start
 */
export async function startContender({ contender, settings, env = {}, cores }) {
  const environment = { ...process.env, ...env };
  if (CONTENDERS[contender].python && !fs.existsSync(PYTHON))
    return { unavailable: "not installed: the Python environment" };
  const begin = CONTENDERS[contender].python ? startPython : startNode;
  const { child, next, send } = begin(environment);
  pinned(child, cores);
  send({ contender, settings });
  const { ready, error } = await next();
  if (error !== undefined) return { unavailable: shortReason(error) };
  return {
    facts: ready,
    async ask(question) {
      send(question);
      const reply = await next();
      if (reply.error !== undefined) throw new Error(`${contender}: ${reply.error}`);
      return reply;
    },
    async end() {
      const exit = once(child, "exit");
      send({ end: true });
      await exit;
    },
  };
}
