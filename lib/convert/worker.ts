// Entry of the worker thread (see run-job.ts): runs one job, answers, ends.

import { parentPort, workerData } from "node:worker_threads";
import { type JobName, jobs } from "./jobs.js";

const { name, given } = workerData as { name: JobName; given: Parameters<(typeof jobs)[JobName]>[0] };
// A failure leaves the worker as its error event.
void jobs[name](given).then((answer) => parentPort?.postMessage(answer));
