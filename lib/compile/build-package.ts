// Fills a folder with a compiled package: the engine, what lies beside it, and the proof that it is right.

import path from "node:path";
import type { AutoModel } from "../auto-model.js";
import { invalidOption } from "../checks.js";
import { cudaCandidates } from "../cuda-places.js";
import type { PreparedHead } from "../head-cut.js";
import type { NativeEngineBuildSpec, NativeEngineBuilt, NativeRange } from "../native.js";
import type { RuntimeOptions } from "../options.js";
import { engineKey } from "../packages/engine-key.js";
import { type EngineFacts, type EngineRecord, writeEngineRecord } from "../packages/engine-record.js";
import { packageFiles } from "../packages/files.js";
import type { ModelPackage } from "../packages/model-package.js";
import { tensorrtCandidates } from "../tensorrt-places.js";
import { type AccuracyReport, checkAccuracy } from "./accuracy.js";
import { buildEngine } from "./build-engine.js";
import { BuildProgress } from "./build-progress.js";
import type { NetworkFacts } from "./network-facts.js";
import type { CompileSettings, EngineSizes } from "./options.js";
import { copyPackageFiles, engineBatches, type WhichFiles, writeTrtConfig } from "./package-files.js";
import type { TellProgress } from "./progress.js";
import { requireSameWeights } from "./same-weights.js";
import { findSamples } from "./samples.js";

/** Loads a package: handed in, because loading a package may build one. */
export type LoadModel = AutoModel["fromPretrained"];

/** What a compiled package is made from. */
export interface PackagePlan {
  readonly model: ModelPackage;
  readonly facts: NetworkFacts;
  readonly head: PreparedHead;
  /** Where to make it; exists and is empty. */
  readonly folder: string;
  readonly settings: BuildSettings;
  readonly tell: TellProgress;
  readonly load: LoadModel;
}

/** What decides how it is made. */
export interface BuildSettings extends Omit<CompileSettings, "output" | "force" | "onProgress"> {
  /** Whether this process waits for the build before it ends. */
  readonly keepAlive: boolean;
  /** Which of the package's files go with the engine. */
  readonly files: WhichFiles;
}

/** What an engine was built with and for. */
export interface EngineTarget {
  /** Version of TensorRT. */
  readonly tensorrt: string;
  /** Name of the GPU. */
  readonly gpu: string;
  readonly computeCapability: string;
  /** The CUDA that the GPU's driver supports. */
  readonly driver: string;
}

/** What was made. */
export interface PackageBuilt {
  readonly record: EngineRecord;
  readonly headCut: { readonly cut: boolean; readonly reason: string };
  readonly target: EngineTarget;
  readonly engineByteLength: number;
  readonly buildTime: number;
  readonly timingCache: string | null;
  readonly accuracy: AccuracyReport;
}

/**
 * Builds, writes and checks.
 * @throws DeepLabError ENGINE_BUILD_FAILED, ENGINE_INACCURATE, PACKAGE_*, …; an abort rejects with `signal.reason`. What
 *   is in the folder then is nothing to be used.
 */
export async function buildPackage(plan: PackagePlan): Promise<PackageBuilt> {
  const { model, facts, folder, settings, head } = plan;
  // Whatever can fail in no time does so before the minutes of building.
  await engineKey();
  await copyPackageFiles(model.folder, folder, facts.files, settings.files);
  const start = performance.now();
  const built = await build(plan);
  const buildTime = performance.now() - start;
  const known = engineFacts(plan, built);
  await writeTrtConfig(folder, engineBatches(built.inputDims, settings.batch));
  // Signed before it is checked too: the check loads the folder as anybody would.
  await writeEngineRecord(folder, known);
  const accuracy = await checkOfSameWeights(plan);
  const record = await writeEngineRecord(folder, { ...known, accuracy: { ...accuracy } });
  return {
    record,
    headCut: describeHead(head),
    target: targetOf(built),
    engineByteLength: built.planByteLength,
    buildTime,
    timingCache: built.timingCache || null,
    accuracy,
  };
}

function targetOf({ target }: NativeEngineBuilt): EngineTarget {
  const { libraryVersion: tensorrt, ...gpu } = target;
  return { tensorrt, ...gpu };
}

function engineFacts({ facts, settings, head }: PackagePlan, built: NativeEngineBuilt): EngineFacts {
  return {
    head: recordedHead(head),
    built: {
      ...targetOf(built),
      precision: facts.isQuantized ? "int8" : settings.precision,
      profiles: [engineBatches(built.inputDims, settings.batch).profile],
      modelSha256: facts.sha256,
      at: new Date().toISOString(),
    },
    accuracy: null,
  };
}

// A check that fails because the weights are others by now must not blame the engine.
async function checkOfSameWeights(plan: PackagePlan): Promise<AccuracyReport> {
  const { model, facts, settings } = plan;
  const accuracy = await check(plan).catch(async (error: unknown) => {
    settings.signal?.throwIfAborted();
    await requireSameWeights(model, facts);
    throw error;
  });
  await requireSameWeights(model, facts);
  return accuracy;
}

function recordedHead({ decision }: PreparedHead): EngineFacts["head"] {
  return decision.cut ? { output: decision.output, interpolation: decision.interpolation } : null;
}

function describeHead({ decision }: PreparedHead): PackageBuilt["headCut"] {
  return decision.cut
    ? { cut: true, reason: "the network's last interpolation is done in post-processing" }
    : { cut: false, reason: decision.reason };
}

async function build({
  model,
  facts,
  head,
  folder,
  settings,
  tell,
}: PackagePlan): Promise<NativeEngineBuilt> {
  const progress = new BuildProgress();
  const spec = buildSpec(model, facts, head, folder, settings);
  tell({ stage: "build", ...progress.state(), log: null });
  const built = await buildEngine(spec, {
    signal: settings.signal,
    keepAlive: settings.keepAlive,
    onEvent: (event) => tell({ stage: "build", ...progress.take(event), log: null }),
    onLog: (line) => tell({ stage: "build", ...progress.state(), log: line }),
  });
  const { elapsed } = progress.state();
  tell({ stage: "build", phase: "", fraction: 1, elapsed, remaining: 0, log: null });
  return built;
}

function buildSpec(
  model: ModelPackage,
  facts: NetworkFacts,
  head: PreparedHead,
  folder: string,
  { precision, workspace, timingCache, batch, sizes, ordinal, libraries }: BuildSettings,
): NativeEngineBuildSpec {
  return {
    modelPath: model.weightsPath,
    modelParts: head.weightsParts,
    isQuantized: facts.isQuantized,
    planPath: path.join(folder, packageFiles.tensorRtEngine),
    timingCachePath: timingCache === undefined ? "" : path.resolve(timingCache),
    libraryCandidates: [...cudaCandidates(libraries.cuda), ...tensorrtCandidates(libraries.tensorrt)],
    ordinal,
    precision,
    workspace,
    batch: [batch.min, batch.opt, batch.max],
    ...sizeRanges(model, sizes),
  };
}

// Zeros: the network has to say them itself.
function sizeRanges(
  { config: { inputSize } }: ModelPackage,
  sizes: EngineSizes | undefined,
): Pick<NativeEngineBuildSpec, "heights" | "widths"> {
  if (inputSize !== null && sizes !== undefined) {
    const stated = `${inputSize.width}×${inputSize.height}`;
    return invalidOption("maxSize", `left out, as the package resizes every picture to ${stated}`, sizes.max);
  }
  const all = sizes === undefined ? [inputSize, inputSize, inputSize] : [sizes.min, sizes.opt, sizes.max];
  const range = (axis: "width" | "height") => all.map((size) => size?.[axis] ?? 0) as unknown as NativeRange;
  return { heights: range("height"), widths: range("width") };
}

async function check({ model, folder, settings, tell, load }: PackagePlan): Promise<AccuracyReport> {
  const { minAgreement, signal, ordinal } = settings;
  const samples = await findSamples(model, settings.samples, settings);
  const start = performance.now();
  const onPicture = (done: number, of: number) => {
    const elapsed = performance.now() - start;
    const remaining = done === 0 ? null : (elapsed * (of - done)) / done;
    tell({ stage: "check", phase: "", fraction: done / of, elapsed, remaining, log: null });
  };
  onPicture(0, samples.pictures.length);
  const shared = {
    runtime: runtimeOf(settings),
    allowClassMismatch: true, // whatever the package's names are, the two networks must agree
    ...(signal && { signal }),
  };
  await using reference = await load(model.folder, {
    ...shared,
    backend: "onnx",
    device: "cpu",
    headCut: false,
  });
  await using engine = await load(folder, { ...shared, backend: "trt", device: `cuda:${ordinal}` });
  return await checkAccuracy(reference, engine, samples, { minAgreement, signal, onPicture });
}

function runtimeOf({ libraries: { onnxruntime, cuda, tensorrt } }: BuildSettings): RuntimeOptions {
  return {
    ...(onnxruntime !== undefined && { onnxruntime }),
    ...(cuda !== undefined && { cuda }),
    ...(tensorrt !== undefined && { tensorrt }),
  };
}
