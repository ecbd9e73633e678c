// Entry of the worker thread (see run-job.ts): runs one job, answers, ends.

import { parentPort, workerData } from "node:worker_threads";
import { type JobName, jobs } from "./jobs.js";

const { name, given } = workerData as { name: JobName; given: unknown };
const job = jobs[name] as (given: unknown) => Promise<unknown>; // run-job.ts has typed both
// A failure leaves the worker as its error event.
void job(given).then((answer) => parentPort?.postMessage(answer, memoryOf(answer)));

// Typed arrays that stand in the answer itself move to the other thread; all else is cloned.
function memoryOf(answer: unknown): ArrayBuffer[] {
  return Object.values(Object(answer))
    .filter((value) => ArrayBuffer.isView(value) && value.byteLength === value.buffer.byteLength)
    .map((value) => (value as Uint8Array<ArrayBuffer>).buffer);
}
