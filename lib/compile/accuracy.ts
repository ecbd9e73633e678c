// The accuracy gate: a built engine beside ONNX Runtime in fp32, on the same pictures, before anybody relies on it.

import { DeepLabError } from "../errors.js";
import type { SemanticSegmentationModel } from "../model.js";
import { type Agreement, AgreementCount, type Answer } from "./agreement.js";
import type { Samples } from "./samples.js";

/** What the gate measured; kept in deeplab_rt.json. */
export interface AccuracyReport extends Agreement {
  /** Whose pictures they were. */
  readonly samples: "caller" | "package" | "generated";
  readonly minAgreement: number;
  /** What the engine was compared with. */
  readonly reference: { readonly backend: string; readonly version: string };
}

/** How the gate works. */
export interface GateOptions {
  readonly minAgreement: number;
  readonly signal: AbortSignal | undefined;
  /** Told after each picture: how many of all are done. */
  readonly onPicture: (done: number, of: number) => void;
}

// The engine gets several pictures at once as well: batches are part of what can be wrong.
const listLength = 4;

/**
 * Compares two models on the samples.
 * @throws DeepLabError ENGINE_INACCURATE, and what `infer` throws; an abort rejects with `signal.reason`
 */
export async function checkAccuracy(
  reference: SemanticSegmentationModel,
  engine: SemanticSegmentationModel,
  samples: Samples,
  options: GateOptions,
): Promise<AccuracyReport> {
  const { library, backend, channels } = reference.info();
  if (channels !== engine.info().channels) throw otherChannels(channels, engine.info().channels);
  const confidence = confidenceFor(channels);
  const count = new AgreementCount(reference.classNames, channels);
  for (const pictures of inLists(samples.pictures, isFixedSize(reference))) {
    options.signal?.throwIfAborted();
    const [expected, found] = [
      await answers(reference, pictures, confidence, options),
      await answers(engine, pictures, confidence, options),
    ];
    for (const [i, answer] of expected.entries()) {
      const other = found[i];
      if (other !== undefined) count.add(answer, other);
    }
    options.onPicture(count.result().pictures, samples.pictures.length);
  }
  const report = {
    ...count.result(),
    samples: samples.from,
    minAgreement: options.minAgreement,
    reference: { backend, version: library.version },
  };
  return accepted(report);
}

const isFixedSize = (model: SemanticSegmentationModel) => model.info().preprocessing.inputSize !== null;

// The first one alone, the others together; pictures of different size never share a run.
function inLists<T>(pictures: readonly T[], together: boolean): T[][] {
  const [first, ...others] = pictures;
  const lists: T[][] = first === undefined ? [] : [[first]];
  const step = together ? listLength : 1;
  for (let i = 0; i < others.length; i += step) lists.push(others.slice(i, i + step));
  return lists;
}

// What is compared is the network, class by class: without a threshold, where the largest of several channels says the
// class. One channel says how likely its class is, and the threshold alone tells that from the background: without one
// any two networks agree. This is the default one (the logit's sign), but not that of the environment, which may be 0.
const confidenceFor = (channels: number) => (channels === 1 ? 0.5 : 0);

async function answers(
  model: SemanticSegmentationModel,
  pictures: Samples["pictures"],
  confidence: number,
  { signal }: GateOptions,
): Promise<readonly Answer[]> {
  const options = { confidence, include: ["segmentationMap"], ...(signal && { signal }) } as const;
  return model.infer([...pictures], options);
}

function accepted(report: AccuracyReport): AccuracyReport {
  const { agreement, minAgreement, newNonFinite } = report;
  if (newNonFinite > 0) {
    const where = `${newNonFinite} pixels whose logits are not finite where ONNX Runtime's are`;
    throw inaccurate(report, `it has ${where}`);
  }
  if (agreement >= minAgreement) return report;
  const found = `it agrees with ONNX Runtime in ${percent(agreement)} of ${report.pixels} pixels`;
  throw inaccurate(report, `${found}, expected at least ${percent(minAgreement)}`);
}

// Downwards: 99.4996 % must not read as the 99.5 % that it is not.
const percent = (part: number) => `${(Math.floor(part * 1e5) / 1e3).toFixed(3)} %`;

function inaccurate(report: AccuracyReport, why: string): DeepLabError {
  return new DeepLabError("ENGINE_INACCURATE", `The engine was built, but is refused: ${why}.`, {
    detail: { ...report },
  });
}

function otherChannels(expected: number, found: number): DeepLabError {
  return new DeepLabError(
    "ENGINE_INACCURATE",
    `The engine was built, but is refused: it answers ${found} channels, the network in ONNX Runtime ${expected}.`,
    { detail: { expected, found } },
  );
}
