// Builds an engine in a process of its own: whatever happens there is an error here.

import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import path from "node:path";
import { whenAborted } from "../abort.js";
import { DeepLabError, isErrorCode } from "../errors.js";
import type { NativeEngineBuildSpec, NativeEngineBuilt } from "../native.js";
import { LastLines } from "./last-lines.js";
import type { BuildEvent, BuildOrder, BuildReport } from "./messages.js";

/** Who is told, and when to stop. */
export interface BuildHooks {
  readonly onEvent?: (event: BuildEvent) => void;
  /** A line of the builder's log. */
  readonly onLog?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Whether this process waits for the build before it ends; else the builder ends with it. @default true */
  readonly keepAlive?: boolean;
  /** After an abort the builder has this long to end by itself, in ms. @default 5000 */
  readonly graceTime?: number;
  /** A builder that tells and logs nothing for so long is hanging, in ms. @default 1800000 */
  readonly stallTime?: number;
  /** What the process runs. @default child.js */
  readonly script?: string;
}

const phasePrefix = "[phase] ";
const defaultGrace = 5_000;
// The longest silence is one layer's kernels being timed; on the smallest devices that is minutes.
const defaultStall = 30 * 60_000;

/**
 * Builds an engine. Settles when the process is gone, whatever the reason.
 * @throws DeepLabError ENGINE_BUILD_FAILED, BACKEND_UNAVAILABLE, DEVICE_*, OPTION_INVALID, …; an abort rejects with
 *   `signal.reason`
 */
export function buildEngine(spec: NativeEngineBuildSpec, hooks: BuildHooks = {}): Promise<NativeEngineBuilt> {
  return new Promise((resolve, reject) => {
    hooks.signal?.throwIfAborted();
    const child = fork(hooks.script ?? path.join(__dirname, "child.js"), {
      execArgv: [], // the program's own flags (loaders, inspectors) are not for this process
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "advanced", // typed arrays cross as such
    });
    new Builder(child, spec, hooks, resolve, reject).start();
  });
}

class Builder {
  readonly #child: ChildProcess;
  readonly #spec: NativeEngineBuildSpec;
  readonly #hooks: BuildHooks;
  readonly #resolve: (built: NativeEngineBuilt) => void;
  readonly #reject: (error: unknown) => void;
  readonly #lines: LastLines;
  #phase = "";
  #answer: Exclude<BuildReport, { kind: "event" }> | undefined;
  #spawnError: Error | undefined;
  #isStalled = false;
  #stall: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  #release = () => {};

  constructor(
    child: ChildProcess,
    spec: NativeEngineBuildSpec,
    hooks: BuildHooks,
    resolve: (built: NativeEngineBuilt) => void,
    reject: (error: unknown) => void,
  ) {
    this.#child = child;
    this.#spec = spec;
    this.#hooks = hooks;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#lines = new LastLines((line) => this.#takeLine(line));
  }

  start(): void {
    const child = this.#child;
    child.on("message", (report: BuildReport) => this.#take(report));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#hear(text));
    child.once("error", (error) => {
      this.#spawnError = error;
      if (child.pid === undefined) this.#finish(null, null); // there will be no "close"
    });
    // Not "exit": the last lines and messages may still be on their way then.
    child.once("close", (code, signal) => this.#finish(code, signal));
    this.#release = whenAborted(this.#hooks.signal, () => this.#cancel());
    if (this.#hooks.keepAlive === false) this.#letGo();
    this.#watch();
    this.#send({ kind: "build", spec: this.#spec });
  }

  // Nothing of it holds this process back any more.
  #letGo(): void {
    this.#child.unref();
    this.#child.channel?.unref();
    (this.#child.stderr as Socket | null)?.unref();
  }

  #take(report: BuildReport): void {
    this.#watch();
    if (report.kind !== "event") {
      this.#answer = report;
      return;
    }
    this.#hooks.onEvent?.(report.event);
  }

  #hear(text: string): void {
    this.#watch();
    this.#lines.add(text);
  }

  // Phases come this way too: an event may be lost in a crash, a line is not.
  #takeLine(line: string): boolean {
    if (line.startsWith(phasePrefix)) {
      this.#phase = line.slice(phasePrefix.length);
      return false;
    }
    this.#hooks.onLog?.(line);
    return true;
  }

  #cancel(): void {
    this.#send({ kind: "cancel" });
    this.#grace = setTimeout(() => this.#child.kill("SIGKILL"), this.#hooks.graceTime ?? defaultGrace);
  }

  #watch(): void {
    clearTimeout(this.#stall);
    this.#stall = setTimeout(() => {
      this.#isStalled = true;
      this.#child.kill("SIGKILL");
    }, this.#hooks.stallTime ?? defaultStall).unref();
  }

  // A process that is gone cannot be told: its end says so.
  #send(order: BuildOrder): void {
    if (this.#child.connected) this.#child.send(order, () => {});
  }

  #finish(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#stall);
    clearTimeout(this.#grace);
    this.#release();
    this.#lines.end();
    if (this.#hooks.signal?.aborted) this.#reject(this.#hooks.signal.reason);
    else if (this.#answer?.kind === "done") this.#resolve(this.#answer.built);
    else if (this.#answer?.kind === "failed") this.#reject(this.#failure(this.#answer));
    else this.#reject(this.#ending(code, signal));
  }

  #failure({ code, message, detail }: Extract<BuildReport, { kind: "failed" }>): DeepLabError {
    const known = isErrorCode(code) && code !== "INTERNAL" ? code : "ENGINE_BUILD_FAILED";
    const extras = { detail: { ...detail, log: this.#lines.all } };
    return new DeepLabError(
      known,
      message,
      known === "BACKEND_UNAVAILABLE" ? { ...extras, hint: missingHint } : extras,
    );
  }

  #ending(code: number | null, signal: NodeJS.Signals | null): DeepLabError {
    const log = this.#lines.all;
    const last = log.at(-1);
    const where = this.#phase === "" ? "before its first phase" : `in the phase “${this.#phase}”`;
    const said = last === undefined ? "it logged nothing" : `the last line of its log is: ${last}`;
    return new DeepLabError("ENGINE_BUILD_FAILED", `${this.#how(code, signal)} ${where}; ${said}.`, {
      detail: { exitCode: code, signal, phase: this.#phase, log },
      hint: endingHint(signal, this.#isStalled),
      cause: this.#spawnError,
    });
  }

  #how(code: number | null, signal: NodeJS.Signals | null): string {
    const process = "The process that built the engine";
    if (this.#spawnError !== undefined)
      return `${process} could not be started (${this.#spawnError.message})`;
    if (this.#isStalled) return `${process} gave no sign of life for too long and was ended`;
    return signal === null ? `${process} ended with exit code ${code}` : `${process} was ended by ${signal}`;
  }
}

const missingHint =
  "engines are built where they run: this needs an NVIDIA GPU with its driver, and the full TensorRT 10 (libnvinfer and " +
  "libnvonnxparser). The environment variables DEEPLAB_RT_CUDA and DEEPLAB_RT_TENSORRT name ones that lie elsewhere.";

function endingHint(signal: NodeJS.Signals | null, isStalled: boolean): string {
  if (isStalled) return "look at the GPU with nvidia-smi; another program may be holding it.";
  return signal === "SIGKILL"
    ? "the system ends processes like this where memory runs out: build with a smaller maximum batch or workspace, or with more memory."
    : "this is a crash inside TensorRT or the driver: try another version of them, or report it with the log in the error's detail.";
}
