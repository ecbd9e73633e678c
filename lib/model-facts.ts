// What a loaded model knows of itself and every call needs, worked out once.

import type { NativeModelInfo } from "./native.js";
import type { ModelPackage } from "./packages/model-package.js";
import { type Confidence, type RecommendedParameters, resolveThresholds } from "./thresholds.js";
import { classColor } from "./visualize/palette.js";

/** Where confidences come from that a call does not name. */
export interface ThresholdDefaults {
  readonly recommended: RecommendedParameters;
  readonly defaultConfidence: number;
}

// Distinct numbers that callers use for `confidence`: a handful, or a sweep that is not worth keeping.
const mostThresholds = 32;

/** Facts of one model. */
export class ModelFacts {
  readonly classNames: readonly string[];
  readonly backgroundClassId: number;
  /** Channels of the network's output. */
  readonly channels: number;
  /** Class ids that maps can hold. */
  readonly idCount: number;
  /** Bytes a class id. */
  readonly idBytes: number;
  readonly resizeMode: "stretch" | "letterbox" | "center-crop";
  /** Which package it was loaded from. */
  readonly origin: { readonly folder: string; readonly modelId: string | null };
  readonly #defaults: ThresholdDefaults;
  readonly #thresholds = new Map<number | string, Float32Array>();
  #overlayColors: Uint8Array | undefined;

  /** Joins package and network. */
  constructor(model: ModelPackage, info: NativeModelInfo, defaults: ThresholdDefaults) {
    this.classNames = model.classes.names;
    this.backgroundClassId = model.classes.backgroundId;
    this.channels = info.channels;
    this.idCount = info.idCount;
    this.idBytes = info.idBytes;
    this.resizeMode = model.config.resizeMode;
    this.origin = { folder: model.folder, modelId: model.modelConfig.modelId };
    this.#defaults = defaults;
  }

  /** One threshold per class id; kept for numbers and words, for objects may change. */
  thresholds(confidence: Confidence): Float32Array {
    if (typeof confidence === "object") return this.#resolve(confidence);
    let thresholds = this.#thresholds.get(confidence);
    if (thresholds === undefined) {
      thresholds = this.#resolve(confidence);
      if (this.#thresholds.size >= mostThresholds) this.#thresholds.clear();
      this.#thresholds.set(confidence, thresholds);
    }
    return thresholds;
  }

  /** Red, green, blue and alpha of every class id, for native overlays. */
  get overlayColors(): Uint8Array {
    this.#overlayColors ??= Uint8Array.from(
      Array.from({ length: this.idCount }, (_, id) => {
        const { r, g, b, a } = classColor(id, this.backgroundClassId);
        return [r, g, b, a];
      }).flat(),
    );
    return this.#overlayColors;
  }

  #resolve(confidence: Confidence): Float32Array {
    const { classNames, idCount } = this;
    return resolveThresholds(confidence, { classNames, idCount, ...this.#defaults });
  }
}
