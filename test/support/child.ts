// Runs a script in a Node process of its own, so that a crash or a hang is a result and not the end of the tests.

import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

const fixtures = fileURLToPath(new URL("../lifecycle/fixtures", import.meta.url));

export interface ChildResult {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It was still running after the limit and was killed. */
  readonly hung: boolean;
}

export interface ChildOptions {
  readonly nodeArguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Another Node.js than that of the tests. */
  readonly node?: string;
  /** @default 60 */
  readonly seconds?: number;
}

/** Runs `test/lifecycle/fixtures/<fixture>` and waits for its end. */
export function runFixture(
  fixture: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<ChildResult> {
  return runNode([path.join(fixtures, fixture), ...args], options);
}

/** Runs a program, named from the root of the checkout, and waits for its end. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<ChildResult> {
  return runNode([fileURLToPath(new URL(`../../${file}`, import.meta.url)), ...args], options);
}

/** Runs a piece of CommonJS code and waits for its end. */
export function runCode(code: string, options: ChildOptions = {}): Promise<ChildResult> {
  return runNode(["-e", code], options);
}

async function runNode(args: readonly string[], options: ChildOptions): Promise<ChildResult> {
  const all = [...(options.nodeArguments ?? []), ...args];
  const child = spawn(options.node ?? process.execPath, all, {
    env: { ...process.env, ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  let hung = false;
  const limit = setTimeout(
    () => {
      hung = true;
      child.kill("SIGKILL");
    },
    (options.seconds ?? 60) * 1000,
  );
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (...end) => resolve(end));
  });
  clearTimeout(limit);
  return { code, signal, ...output, hung };
}

/** The JSON that a fixture printed as its last line; its whole output where there is none. */
export function lastJson<T>({ code, signal, stdout, stderr }: ChildResult): T {
  const line = stdout.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as T;
  } catch {
    throw new Error(
      `no JSON at the end of the output (code ${code}, signal ${signal}):\n${stdout}\n${stderr}`,
    );
  }
}
