// Fuzzing of everything that takes what others made: each property is a smoke test in npm test, with a fixed seed, and runs
// as long as one likes with npm run fuzz (DEEPLAB_FUZZ_SECONDS), with new seeds, watching the memory.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DeepLabError, errorCodes } from "deeplab-rt";
import fc from "fast-check";
import { expect, test } from "vitest";

const seconds = Number(process.env.DEEPLAB_FUZZ_SECONDS ?? 0);
const reports = process.env.DEEPLAB_FUZZ_REPORTS ?? "build/reports/fuzz";
const mebibyte = 2 ** 20;

/** What became of the inputs: how many of them ended with each error's code, or with `"ok"`. */
export class Outcomes {
  readonly counts = new Map<string, number>();

  /**
   * Waits for the work on one input.
   * @returns what it gave; undefined where it ended with one of our errors
   * @throws anything else: a finding
   */
  async of<T>(work: () => Promise<T> | T): Promise<T | undefined> {
    try {
      const value = await work();
      this.#count("ok");
      return value;
    } catch (error) {
      this.#count(codeOf(error));
      return undefined;
    }
  }

  #count(outcome: string): void {
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
  }
}

// An error that a caller can act upon: our class, a code of the list, words.
function codeOf(error: unknown): string {
  if (!(error instanceof DeepLabError)) throw error;
  if (!errorCodes.includes(error.code) || error.code === "INTERNAL" || error.message === "") throw error;
  return error.code;
}

/** One thing to fuzz. */
export interface FuzzTarget<T> {
  /** A sentence. */
  readonly name: string;
  /** Its name in reports. */
  readonly key: string;
  readonly inputs: fc.Arbitrary<T>;
  readonly holds: (input: T, outcomes: Outcomes) => Promise<void> | void;
  /** Inputs of the smoke test. */
  readonly smokeRuns: number;
  /** Outcomes that the smoke test must have met: without them the inputs prove nothing. */
  readonly meets: readonly string[];
  /** Most growth of the resident memory in a long run, from its first third to its end. @default 48 */
  readonly mebibytes?: number;
}

/** Registers the target's test. */
export function fuzz<T>(target: FuzzTarget<T>): void {
  if (seconds > 0) test(target.name, () => runLong(target), seconds * 1000 + 300_000);
  else test(target.name, () => runSmoke(target), 120_000);
}

const check = <T>({ inputs, holds }: FuzzTarget<T>, outcomes: Outcomes, parameters: fc.Parameters<[T]>) =>
  fc.assert(
    fc.asyncProperty(inputs, async (input) => holds(input, outcomes)),
    parameters,
  );

async function runSmoke<T>(target: FuzzTarget<T>): Promise<void> {
  const outcomes = new Outcomes();
  await check(target, outcomes, { seed: 20_261_123, numRuns: target.smokeRuns });
  expect([...outcomes.counts.keys()]).toEqual(expect.arrayContaining([...target.meets]));
}

async function runLong<T>(target: FuzzTarget<T>): Promise<void> {
  const outcomes = new Outcomes();
  const firstSeed = Number(process.env.DEEPLAB_FUZZ_SEED ?? Date.now() % 2 ** 31);
  const memory: number[] = [];
  const end = performance.now() + seconds * 1000;
  let rounds = 0;
  for (; performance.now() < end; rounds++) {
    // A round's own counterexample names its seed; fewer inputs a round only shorten what is read after a finding.
    await check(target, outcomes, { seed: (firstSeed + rounds) | 0, numRuns: target.smokeRuns });
    memory.push(residentMebibytes());
  }
  const growth = (memory.at(-1) ?? 0) - Math.max(...memory.slice(0, Math.ceil(memory.length / 3)));
  const runs = rounds * target.smokeRuns;
  const counts = Object.fromEntries([...outcomes.counts].sort());
  report(target.key, { name: target.name, seconds, firstSeed, runs, counts, growth: Math.round(growth) });
  expect(growth, "growth of the resident memory, MiB").toBeLessThan(target.mebibytes ?? 48);
}

function report(key: string, figures: Record<string, unknown>): void {
  mkdirSync(reports, { recursive: true });
  writeFileSync(path.join(reports, `${key}.json`), `${JSON.stringify(figures, null, 2)}\n`);
}

let collect: (() => void) | undefined;

function residentMebibytes(): number {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
  return process.memoryUsage().rss / mebibyte;
}
