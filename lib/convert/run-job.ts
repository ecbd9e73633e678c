// Runs one job in a worker thread of its own, so that the event loop stays free.

import path from "node:path";
import { Worker } from "node:worker_threads";
import { whenAborted } from "../abort.js";
import type { JobAnswer, JobArguments, JobName } from "./jobs.js";

// Simplifying a ring recurses into what is left of it: a comb of 10 000 teeth is too much for the 4 MiB that Node gives.
// Only what is used of it takes memory.
const stackSizeMb = 64;

/**
 * Runs a job; an abort ends the worker at once.
 * @throws what the job throws; `signal.reason`; an Error where no worker can be had.
 */
export function runJob<Name extends JobName>(
  name: Name,
  given: JobArguments<Name>,
  signal: AbortSignal | undefined,
): Promise<JobAnswer<Name>> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    // The program's own flags (loaders, inspectors) are not for this thread.
    const worker = new Worker(path.join(__dirname, "worker.js"), {
      workerData: { name, given },
      execArgv: [],
      name: "deeplab-rt",
      resourceLimits: { stackSizeMb },
    });
    const end = (settle: () => void) => {
      release();
      settle();
      void worker.terminate();
    };
    const release = whenAborted(signal, () => end(() => reject(signal?.reason)));
    worker.once("message", (answer: JobAnswer<Name>) => end(() => resolve(answer)));
    worker.once("error", (error) => end(() => reject(error)));
    worker.once("exit", (code) => end(() => reject(new Error(`the worker thread ended with code ${code}`))));
  });
}
