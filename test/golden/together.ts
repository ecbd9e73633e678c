// All golden cases of a package asked of one loaded model: one after another, or at once with strangers between them, so
// that batches are made of pictures of different requests. What a batch took is the same number in the timings of each of
// its pictures: that shows who shared.

import type { FromPretrainedOptions, ImageSource, SemanticSegmentationResult } from "deeplab-rt";
import { type GoldenCase, goldenPath } from "../support/golden-set.js";
import { Random } from "../support/random.js";
import { loadModel, type TestModel } from "../support/subject/subject.js";
import { type Answers, answer, loadOptions } from "./calls.js";
import { refusedInput, sources } from "./scope.js";
import { mismatched, verdicts } from "./verdicts.js";

type Outcome = PromiseSettledResult<Answers>;

/** The cases of one package and the same options, and what became of them. */
type Group = Map<string, Outcome>;

type BatchCounts = readonly (readonly [images: number, runs: number])[];

/** Whether requests of a package shared batches. */
export interface Sharing {
  readonly package: string;
  /** The network takes several pictures at once. */
  readonly possible: boolean;
  /** Pictures of two calls report the same network time. Two runs may by chance, so this proves nothing where it should not be. */
  readonly shared: boolean;
  /** `[images, runs]`: what the network ran as the model counts it, and what it runs where no two calls share a run. */
  readonly batches: BatchCounts;
  readonly batchesApart: BatchCounts;
}

const groups = new Map<string, Promise<Group>>();
const sharing: Sharing[] = [];

/** What was seen of every package so far. */
export const seenSharing = (): readonly Sharing[] => sharing;

const keyOf = (item: GoldenCase, options: FromPretrainedOptions) => JSON.stringify([item.package, options]);

/** One noise picture of the size of each picture of the case: a stranger beside it. */
function strangers(images: readonly ImageSource[], random: Random): ImageSource[] {
  return images.flatMap((image) => {
    const { width = 0, height = 0 } = (image ?? {}) as { width?: number; height?: number };
    if (width === 0 || height === 0) return [];
    return [{ width, height, colorFormat: "gray", data: random.bytes(width * height) } as const];
  });
}

/** The network times of each picture of a call: pictures of one batch have the same. */
type CallTimes = readonly number[];

const timesOf = (results: readonly SemanticSegmentationResult[]): CallTimes =>
  results.map(({ timings }) => timings.network);

/** Whether a batch held pictures of two calls. */
function anyShared(calls: readonly CallTimes[]): boolean {
  const seen = new Set<number>();
  return calls.some((times) => {
    const own = new Set(times);
    if ([...own].some((time) => seen.has(time))) return true;
    for (const time of own) seen.add(time);
    return false;
  });
}

function callsOf(outcome: Outcome): CallTimes[] {
  if (outcome.status === "rejected") return [];
  const { results, inspections } = outcome.value;
  return [timesOf(results), ...inspections.map(({ result }) => timesOf([result]))];
}

/** How many images each run of the network has for the calls of a case where none shares a run with another. */
function batchesAlone(outcome: Outcome, maxBatch: number): number[] {
  if (outcome.status === "rejected") return [];
  const { results, inspections, mapsAlone } = outcome.value;
  const whole = Array<number>(Math.floor(results.length / maxBatch)).fill(maxBatch);
  const rest = results.length % maxBatch;
  return [...whole, ...(rest > 0 ? [rest] : []), ...[...inspections, ...mapsAlone].map(() => 1)];
}

function countBatches(sizes: readonly number[]): BatchCounts {
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}

interface Asked {
  readonly outcomes: readonly Outcome[];
  readonly calls: readonly CallTimes[];
}

/** Asks a model for all of `items` and for strangers, none waiting for another. */
async function askAll(model: TestModel, items: readonly GoldenCase[]): Promise<Asked> {
  const random = new Random(4);
  const images = await Promise.all(items.map(sources));
  const others = items.map((item, i) => (refusedInput(item) ? [] : strangers(images[i] ?? [], random)));
  // From here to the last call nothing is waited for: all of them are in the queue before the first is answered.
  const asking = items.map((item, i) => {
    const answers = answer(model, item, images[i] ?? [], true);
    return { answers, beside: Promise.allSettled((others[i] ?? []).map((image) => model.infer(image))) };
  });
  const outcomes = await Promise.allSettled(asking.map(({ answers }) => answers));
  const beside = (await Promise.all(asking.map((one) => one.beside))).flat();
  const strangersTimes = beside.flatMap((end) => (end.status === "fulfilled" ? [timesOf([end.value])] : []));
  return { outcomes, calls: [...outcomes.flatMap(callsOf), ...strangersTimes] };
}

/** Asks a model for one case after another. */
async function askOneByOne(model: TestModel, items: readonly GoldenCase[]): Promise<Asked> {
  const outcomes: Outcome[] = [];
  for (const item of items) {
    const [outcome] = await Promise.allSettled([answer(model, item, await sources(item))]);
    outcomes.push(outcome);
  }
  return { outcomes, calls: outcomes.flatMap(callsOf) };
}

async function runGroup(
  first: GoldenCase,
  options: FromPretrainedOptions,
  together: boolean,
): Promise<Group> {
  const key = keyOf(first, options);
  const items = verdicts().running.filter((item) => keyOf(item, loadOptions(item, mismatched(item))) === key);
  const model = await loadModel(goldenPath(first.package), options);
  try {
    const { outcomes, calls } = await (together ? askAll : askOneByOne)(model, items);
    const { maxBatch } = model.info();
    sharing.push({
      package: first.package,
      possible: maxBatch > 1 && calls.length > 1,
      shared: anyShared(calls),
      batches: (await model.stats()).batches,
      batchesApart: countBatches(outcomes.flatMap((outcome) => batchesAlone(outcome, maxBatch))),
    });
    return new Map(items.map(({ id }, i) => [id, outcomes[i] as Outcome]));
  } finally {
    await model.close();
  }
}

/** What the case was answered when all of its package's were asked for; `together`: at once. */
export async function answeredInGroup(
  item: GoldenCase,
  options: FromPretrainedOptions,
  together: boolean,
): Promise<Answers> {
  const key = keyOf(item, options);
  const group = groups.get(key) ?? runGroup(item, options, together);
  groups.set(key, group);
  const outcome = (await group).get(item.id);
  if (outcome === undefined) throw new Error(`${item.id} was not asked for`);
  (await group).delete(item.id); // its maps are not needed a second time
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}
