// Package and options → the complete struct that native code opens a model with.

import type { PreparedHead } from "./head-cut.js";
import { libraryCandidates } from "./libraries.js";
import { logSeverity } from "./log.js";
import type { NativeModelSpec } from "./native.js";
import type { LoadSettings } from "./options.js";
import type { StaticCropPercents } from "./packages/inference-config.js";
import type { ModelPackage } from "./packages/model-package.js";

// More images at once cost memory and gain little on a CPU.
const defaultBatch = 8;

const noCrop: StaticCropPercents = { xMin: 0, xMax: 100, yMin: 0, yMax: 100 };

/** Completes what native code needs; looks for the vendor libraries. */
export function nativeSpec(
  model: ModelPackage,
  settings: LoadSettings,
  prepared: PreparedHead,
): NativeModelSpec {
  const { config, classes } = model;
  const crop = config.staticCrop ?? noCrop;
  return {
    packageFormat: model.format,
    device: settings.device.name,
    weightsPath: model.weightsPath,
    weightsParts: prepared.weightsParts,
    weightsByteLength: model.weightsByteLength,
    weightsFingerprint: model.weightsFingerprint,
    libraryCandidates: libraryCandidates(settings.libraries, model.format),
    session: { ...settings.session, logSeverity: logSeverity(settings.log) },
    head: prepared.head,
    classCount: classes.names.length,
    backgroundId: classes.backgroundId,
    allowClassMismatch: settings.allowClassMismatch,
    ...batchLimits(model, settings),
    maxBatchDelay: settings.maxBatchDelay,
    maxInFlight: settings.maxInFlight,
    deviceMemoryLimit: settings.device.memoryLimit,
    pinnedMemoryLimit: settings.device.pinnedMemoryLimit,
    memoryMode: settings.device.memoryMode,
    deviceGraphs: settings.device.cudaGraphs,
    // Calls that may wait are kept back in JavaScript, so that native code never has to refuse one.
    maxQueue: settings.onFull === "reject" ? settings.maxQueue : 0,
    resizeMode: config.resizeMode,
    inputWidth: config.inputSize?.width ?? 0,
    inputHeight: config.inputSize?.height ?? 0,
    paddingValue: config.paddingValue,
    networkColor: config.networkColor,
    scalingFactor: config.scalingFactor,
    mean: config.mean,
    std: config.std,
    staticCrop: config.staticCrop !== null,
    cropXMin: crop.xMin,
    cropXMax: crop.xMax,
    cropYMin: crop.yMin,
    cropYMax: crop.yMax,
    grayscale: config.grayscale,
    contrast: config.contrast,
  };
}

// An engine takes what it was built for, and is quickest with that; a network of open batch size takes anything.
function batchLimits({ engine, config }: ModelPackage, { maxBatch }: LoadSettings) {
  if (engine !== null) {
    const { min, max } = engine.batch;
    return { minBatch: min, maxBatch: Math.max(min, Math.min(maxBatch ?? max, max)) };
  }
  const wanted = maxBatch ?? defaultBatch;
  return { minBatch: 0, maxBatch: Math.min(config.maxBatch ?? wanted, wanted) };
}
