// The bare network, session.run of onnxruntime-node, in a process of its own: what everything else is compared with.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** What the process is told. */
export type SessionOrder =
  | { readonly kind: "open"; readonly weights: string }
  | {
      readonly kind: "feed";
      readonly dtype: "float32" | "float16";
      readonly data: Float32Array | Uint16Array;
      readonly dims: readonly number[];
    }
  | { readonly kind: "run" };

/** What it answers. */
export type SessionAnswer =
  | { readonly kind: "opened"; readonly version: string }
  | { readonly kind: "fed" }
  | { readonly kind: "ran"; readonly milliseconds: number }
  | { readonly kind: "failed"; readonly message: string };

/** A session in another process. Its errors are plain ones: the bench goes on without it, and says so. */
export class BareSession implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** Version of onnxruntime-node. */
  readonly version: string;

  private constructor(child: ChildProcess, version: string) {
    this.#child = child;
    this.version = version;
  }

  /** Opens the weights, with the threads that ONNX Runtime chooses: as deeplab-rt does. */
  static async open(weights: string): Promise<BareSession> {
    const child = fork(path.join(__dirname, "session-process.js"), {
      execArgv: [], // the program's own flags (loaders, inspectors) are not for this process
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    try {
      const answer = await ask(child, { kind: "open", weights });
      return new BareSession(child, answer.kind === "opened" ? answer.version : "");
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  /** What the next runs are given. */
  async feed(dtype: "float32" | "float16", data: Float32Array | Uint16Array, dims: number[]): Promise<void> {
    await ask(this.#child, { kind: "feed", dtype, data, dims });
  }

  /** Milliseconds of one run. */
  async run(): Promise<number> {
    const answer = await ask(this.#child, { kind: "run" });
    return answer.kind === "ran" ? answer.milliseconds : Number.NaN;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}

// One question at a time.
async function ask(child: ChildProcess, order: SessionOrder): Promise<SessionAnswer> {
  const over = new AbortController();
  try {
    const ended = once(child, "exit", { signal: over.signal }).then(([code, signal]) => {
      throw new Error(`its process ended (${signal ?? `code ${code}`})`);
    });
    const answered = once(child, "message", { signal: over.signal });
    child.send(order);
    const [answer] = (await Promise.race([answered, ended])) as [SessionAnswer];
    if (answer.kind === "failed") throw new Error(answer.message.split("\n")[0]);
    return answer;
  } finally {
    over.abort();
  }
}
