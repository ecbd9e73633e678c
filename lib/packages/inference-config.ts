// inference_config.json → what pre-processing needs, complete and checked.

import path from "node:path";
import { packageFiles, readPackageJson } from "./files.js";
import { type InferenceConfigFile, inferenceConfigSchema } from "./inference-config-schema.js";
import { schemaError } from "./schema-error.js";

/** How a picture becomes the network's input. */
export interface InferenceConfig {
  /** As the file says. */
  readonly declaredResizeMode: string;
  /** What is done: `letterbox-reflect-edges` and `fit-longer-edge` are letterboxes. */
  readonly resizeMode: "stretch" | "letterbox" | "center-crop";
  /** Size of the network's input; null: the picture's own size after cropping. */
  readonly inputSize: { readonly width: number; readonly height: number } | null;
  /** Canvas value of a letterbox before scaling. */
  readonly paddingValue: number;
  readonly networkColor: "rgb" | "bgr";
  /** `(x / scalingFactor - mean) / std`; 1, 0 and 1 where the file says nothing. */
  readonly scalingFactor: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Whole percents of the picture's size; null where switched off. */
  readonly staticCrop: StaticCropPercents | null;
  readonly grayscale: boolean;
  readonly contrast: "none" | "adaptive" | "stretching" | "histogram";
  /** Most images the file wants in one batch, where it says so. */
  readonly maxBatch: number | null;
}

/** The rectangle of a static crop in whole percents. */
export interface StaticCropPercents {
  readonly xMin: number;
  readonly xMax: number;
  readonly yMin: number;
  readonly yMax: number;
}

const contrastNames = {
  "Adaptive Equalization": "adaptive",
  "Contrast Stretching": "stretching",
  "Histogram Equalization": "histogram",
} as const;

/**
 * Reads and checks `inference_config.json`.
 * @throws DeepLabError PACKAGE_MISSING_FILE, PACKAGE_UNREADABLE, PACKAGE_INVALID
 */
export async function readInferenceConfig(folder: string): Promise<InferenceConfig> {
  const json = await readPackageJson(folder, packageFiles.inferenceConfig);
  return parseInferenceConfig(json, path.join(folder, packageFiles.inferenceConfig));
}

/** The checks of {@link readInferenceConfig} on the file's parsed JSON. */
export function parseInferenceConfig(json: unknown, file: string): InferenceConfig {
  const parsed = inferenceConfigSchema.safeParse(json);
  if (!parsed.success) throw schemaError(parsed.error.issues, json, file);
  return complete(parsed.data);
}

function complete(config: InferenceConfigFile): InferenceConfig {
  const input = config.network_input;
  const fitLongerEdge = input.resize_mode === "fit-longer-edge";
  const crop = config.image_pre_processing?.["static-crop"];
  const contrast = config.image_pre_processing?.contrast;
  const [mean, std] = input.normalization ?? [[0], [1]];
  const maxBatch = config.forward_pass?.max_dynamic_batch_size ?? 0;
  return {
    declaredResizeMode: input.resize_mode,
    resizeMode: effectiveMode(input.resize_mode),
    inputSize: input.training_input_size ?? null,
    // The reference's substitute for fit-longer-edge has black edges whatever the file says.
    paddingValue: fitLongerEdge ? 0 : (input.padding_value ?? 0),
    networkColor: input.color_mode,
    scalingFactor: input.scaling_factor ?? 1,
    mean: threeOf(mean),
    std: threeOf(std),
    staticCrop: crop?.enabled
      ? { xMin: crop.x_min, xMax: crop.x_max, yMin: crop.y_min, yMax: crop.y_max }
      : null,
    grayscale: config.image_pre_processing?.grayscale?.enabled ?? false,
    contrast: contrast?.enabled ? contrastNames[contrast.type] : "none",
    maxBatch: maxBatch > 0 ? maxBatch : null,
  };
}

function effectiveMode(declared: InferenceConfigFile["network_input"]["resize_mode"]) {
  return declared === "stretch" || declared === "center-crop" ? declared : "letterbox";
}

function threeOf(values: readonly number[]): [number, number, number] {
  const [first = 0, second = first, third = first] = values;
  return [first, second, third];
}
