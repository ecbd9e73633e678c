// What four Workers and the main thread answer over one model: test/lifecycle/fixtures/four-workers.mjs.

import { expect } from "vitest";
import { lastJson, runFixture } from "./child.js";

/** Both maps of a picture, in base64. */
export interface EncodedMaps {
  readonly map: string;
  readonly confidence: string;
}

/** What the fixture prints. */
export interface FourWorkersReport {
  readonly sharedBy: number;
  /** Handles, when the Workers have closed theirs. */
  readonly left: number;
  readonly intraOpThreads: number;
  /** Of each thread, the main one first. */
  readonly answers: readonly Record<"list" | "together" | "oneByOne", readonly EncodedMaps[]>[];
}

/** Runs it to its good end. */
export async function runFourWorkers(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<FourWorkersReport> {
  const end = await runFixture("four-workers.mjs", args, { seconds: 120, environment });
  expect(end).toMatchObject({ code: 0, signal: null, hung: false, stderr: "" });
  return lastJson<FourWorkersReport>(end);
}
