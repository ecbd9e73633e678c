// What can end a command from outside: signals, and a reader of our output that leaves.

import { setMaxListeners } from "node:events";
import { exitCodes } from "./exit-codes.js";

const signalCodes = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
};

/** The end of the command, ordered from outside: work stops in order, nothing is left half done. */
export class Interruption {
  readonly #controller = new AbortController();
  #code: number | undefined;

  constructor() {
    setMaxListeners(0, this.#controller.signal); // every call of --concurrency listens: that is no leak
  }

  /** Aborted when the command has to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code then; undefined while nobody has ordered the end. */
  get code(): number | undefined {
    return this.#code;
  }

  /** Orders the end; the first order counts. */
  stop(code: number, reason: string): void {
    this.#code ??= code;
    this.#controller.abort(new Error(reason));
  }
}

/** Listens to signals and to stdout. A second signal finds no handler and kills. */
export function watchProcess(interruption: Interruption, complain: (text: string) => void): void {
  for (const [signal, code] of Object.entries(signalCodes)) {
    process.once(signal, () => interruption.stop(code, "interrupted"));
  }
  // Whoever reads our output may stop early (`| head`): that is no failure of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return interruption.stop(exitCodes.ok, "nobody reads the output");
    const reason = `the output cannot be written: ${error.message}`;
    if (interruption.code === undefined) complain(`deeplab-rt: ${reason}`);
    interruption.stop(exitCodes.failed, reason);
  });
  process.stderr.on("error", () => {}); // there is nowhere left to complain
}
