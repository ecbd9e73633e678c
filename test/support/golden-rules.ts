// What a golden case asks of post-processing, for the oracle: thresholds, class rules and geometry as the reference has them.

import type { Geometry } from "../oracle/geometry.js";
import type { ClassRules } from "../oracle/postprocess.js";
import type { GoldenCase, GoldenMetadata, GoldenSuccess } from "./golden-set.js";

/** The reference's default threshold. */
export const defaultConfidence = 0.5;

/**
 * One threshold per class id. A number counts as a number, whole or not: the reference takes 0 and 1 for "best" (a
 * documented difference); null and unknown words act like "best" without per-class values there.
 */
export function goldenThresholds(item: GoldenCase, names: readonly string[], idCount: number): Float32Array {
  const { confidence } = item.call;
  const recommended = item.load.recommended_parameters;
  const uniform = (value: number) => new Float32Array(idCount).fill(value);
  if (typeof confidence === "number") return uniform(confidence);
  if (confidence === "default" || confidence === undefined) return uniform(defaultConfidence);
  const global = recommended?.confidence;
  const perClass = recommended?.per_class_confidence ?? recommended?.perClassConfidence;
  const thresholds = uniform(global ?? defaultConfidence);
  if (confidence !== "best" || global === undefined || perClass === undefined) return thresholds;
  return thresholds.map((value, id) => perClass[names[id] ?? ""] ?? value);
}

/** The rules for a network of `channels` channels; ids beyond the names have the threshold for all classes. */
export function rulesFor(item: GoldenCase, names: readonly string[], channels: number): ClassRules {
  return {
    classCount: names.length,
    backgroundId: names.findIndex((name) => name.toLowerCase() === "background"),
    thresholds: goldenThresholds(item, names, Math.max(channels, names.length)),
  };
}

export function goldenRules(item: GoldenSuccess): ClassRules {
  const rules = rulesFor(item, item.class_names, item.logits.shape[1] ?? 0);
  return { ...rules, backgroundId: item.background_class_id };
}

/** The reference's own metadata as the oracle's geometry. */
export function goldenGeometry(meta: GoldenMetadata): Geometry {
  const { offset_x: x, offset_y: y, crop_width: width, crop_height: height } = meta.static_crop_offset;
  const pads = { left: meta.pad_left, top: meta.pad_top, right: meta.pad_right, bottom: meta.pad_bottom };
  return {
    source: meta.original_size,
    crop: { x, y, width, height },
    input: meta.inference_size,
    scaled: {
      width: meta.inference_size.width - Math.max(pads.left, 0) - Math.max(pads.right, 0),
      height: meta.inference_size.height - Math.max(pads.top, 0) - Math.max(pads.bottom, 0),
    },
    pads,
  };
}

/** The part of a batch tensor `[N, …]` that belongs to one image. */
export function ofImage(batch: Float32Array, count: number, index: number): Float32Array {
  const size = batch.length / count;
  return batch.subarray(index * size, (index + 1) * size);
}
