// One case of the bench: a batch of pictures of one size, in rounds that alternate with the bare network's.

import { setTimeout as pause } from "node:timers/promises";
import type { ImageExtent } from "../../compile/options.js";
import type { RawImage } from "../../image/raw.js";
import type { SemanticSegmentationModel } from "../../model.js";
import type { BareSession } from "./session.js";
import { type Spread, spread } from "./statistics.js";

/** What is measured. */
export interface BenchCase {
  readonly size: ImageExtent;
  readonly batch: number;
  readonly rounds: number;
}

/** Milliseconds an image. */
export interface BenchTimes {
  readonly preprocess: Spread;
  readonly network: Spread;
  readonly postprocess: Spread;
  /** What is none of these: queues, calls, the way between JavaScript and native code. */
  readonly other: Spread;
  /** The whole call. */
  readonly total: Spread;
}

/** What was measured. */
export interface BenchResult extends BenchCase {
  readonly times: BenchTimes;
  readonly imagesPerSecond: Spread;
  /** Milliseconds an image of session.run; null where it could not be measured, and why. */
  readonly session: Spread | null;
  readonly sessionProblem: string | null;
  /** Of each round: the whole call divided by session.run. */
  readonly ratio: Spread | null;
}

type Sample = Record<keyof BenchTimes, number>;

const warmUps = 2;

// ONNX Runtime's threads spin for some 50 ms after their last work: what runs next, in another process, must not pay.
const settleMs = 100;

/**
 * Runs a case.
 * @param session Null, and why: without it.
 * @throws DeepLabError as `infer`; `signal.reason`
 */
export async function measureCase(
  model: SemanticSegmentationModel,
  picture: RawImage,
  { size, batch, rounds }: BenchCase,
  bare: BareSession | string,
  signal: AbortSignal,
): Promise<BenchResult> {
  const session = await fed(bare, model, picture, batch);
  const pictures = Array<RawImage>(batch).fill(picture);
  const [ours, theirs]: [Sample[], number[]] = [[], []];
  for (let round = -warmUps; round < rounds; round++) {
    await pause(settleMs);
    const sample = await ourRound(model, pictures, signal);
    await pause(settleMs);
    const bareTime = typeof session === "string" ? Number.NaN : (await session.run()) / batch;
    if (round < 0) continue;
    ours.push(sample);
    theirs.push(bareTime);
  }
  const of = (stage: keyof BenchTimes) => spread(ours.map((sample) => sample[stage]));
  const isCompared = typeof session !== "string";
  return {
    ...{ size, batch, rounds },
    times: {
      preprocess: of("preprocess"),
      network: of("network"),
      postprocess: of("postprocess"),
      other: of("other"),
      total: of("total"),
    },
    imagesPerSecond: rates(of("total")),
    session: isCompared ? spread(theirs) : null,
    sessionProblem: isCompared ? null : session,
    ratio: isCompared ? spread(ours.map(({ total }, i) => total / (theirs[i] ?? Number.NaN))) : null,
  };
}

function rates({ median, lower, upper }: Spread): Spread {
  return { median: 1000 / median, lower: 1000 / upper, upper: 1000 / lower };
}

// Of a list's results each says the times of the stages that ran for all of them.
async function ourRound(
  model: SemanticSegmentationModel,
  pictures: readonly RawImage[],
  signal: AbortSignal,
): Promise<Sample> {
  const start = performance.now();
  const [first] = await model.infer(pictures, { signal });
  const total = (performance.now() - start) / pictures.length;
  const { preprocess = 0, network = 0, postprocess = 0 } = first?.timings ?? {};
  const stages = [preprocess, network, postprocess].map((time) => time / pictures.length);
  const [pre = 0, net = 0, post = 0] = stages;
  return { preprocess: pre, network: net, postprocess: post, other: total - pre - net - post, total };
}

// The very input that the network has here, as often as a batch holds it.
async function fed(
  bare: BareSession | string,
  model: SemanticSegmentationModel,
  picture: RawImage,
  batch: number,
): Promise<BareSession | string> {
  if (typeof bare === "string") return bare;
  const { inputTensor } = await model.inspect(picture);
  const { dtype, data, shape } = inputTensor;
  const repeated =
    dtype === "float32" ? new Float32Array(data.length * batch) : new Uint16Array(data.length * batch);
  for (let i = 0; i < batch; i++) repeated.set(data, i * data.length);
  try {
    await bare.feed(dtype, repeated, [batch, ...shape]);
    await bare.run();
    return bare;
  } catch (error) {
    return (error as Error).message;
  }
}
