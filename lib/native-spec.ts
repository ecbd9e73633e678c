// Package and options → the complete struct that native code opens a model with.

import type { PreparedHead } from "./head-cut.js";
import { onnxruntimeCandidates } from "./libraries.js";
import type { NativeModelSpec } from "./native.js";
import type { LoadSettings } from "./options.js";
import type { StaticCropPercents } from "./packages/inference-config.js";
import type { ModelPackage } from "./packages/model-package.js";

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
    device: settings.device,
    weightsPath: model.weightsPath,
    weightsParts: prepared.weightsParts,
    weightsByteLength: model.weightsByteLength,
    weightsFingerprint: model.weightsFingerprint,
    libraryCandidates: onnxruntimeCandidates(settings.onnxruntime),
    session: settings.session,
    head: prepared.head,
    classCount: classes.names.length,
    backgroundId: classes.backgroundId,
    allowClassMismatch: settings.allowClassMismatch,
    maxBatch: Math.min(config.maxBatch ?? settings.maxBatch, settings.maxBatch),
    maxBatchDelay: settings.maxBatchDelay,
    maxInFlight: settings.maxInFlight,
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
