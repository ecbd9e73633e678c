// The inference_config.json of a golden package as the oracle takes it.

import fs from "node:fs";
import type { CropPercent, ResizeMode } from "../oracle/geometry.js";
import type { InputConfig } from "../oracle/preprocess.js";
import { type GoldenCase, goldenPath } from "./golden-set.js";

interface PackageFile {
  readonly image_pre_processing?: Record<string, { enabled: boolean } & Record<string, number>> | null;
  readonly network_input: Record<string, unknown>;
}

export interface GoldenInput {
  readonly config: InputConfig;
  /** The oracle has no contrast: golden data judge it. */
  readonly contrast: boolean;
}

/** One number stands for all three channels. */
const forChannels = (values: number[]) => (values.length === 1 ? [...values, ...values, ...values] : values);

function staticCrop(crop: Record<string, number> | undefined): CropPercent {
  return { xMin: crop?.x_min ?? 0, xMax: crop?.x_max ?? 0, yMin: crop?.y_min ?? 0, yMax: crop?.y_max ?? 0 };
}

/** What the package and the call ask of pre-processing. */
export function goldenInput(item: GoldenCase): GoldenInput {
  const text = fs.readFileSync(goldenPath(`${item.package}/inference_config.json`), "utf8");
  const { network_input: net, image_pre_processing: steps } = JSON.parse(text) as PackageFile;
  const off = item.call.pre_processing_overrides ?? {};
  const crop = steps?.["static-crop"];
  const size = net.training_input_size as Record<string, number | string> | null | undefined;
  const mode = String(net.resize_mode);
  const fits = mode === "fit-longer-edge";
  const normalization = net.normalization as [number[], number[]] | null | undefined;
  const config: InputConfig = {
    resizeMode: (fits || mode === "letterbox-reflect-edges" ? "letterbox" : mode) as ResizeMode,
    input: size ? { width: Number(size.width), height: Number(size.height) } : undefined,
    staticCrop: crop?.enabled && !off.disable_static_crop ? staticCrop(crop) : undefined,
    paddingValue: fits ? 0 : Number(net.padding_value ?? 0),
    networkColor: net.color_mode as "rgb" | "bgr",
    scalingFactor: net.scaling_factor == null ? undefined : Number(net.scaling_factor),
    normalization: normalization
      ? { mean: forChannels(normalization[0]), std: forChannels(normalization[1]) }
      : undefined,
    grayscale: steps?.grayscale?.enabled === true && !off.disable_grayscale,
  };
  return { config, contrast: steps?.contrast?.enabled === true && !off.disable_contrast_enhancement };
}
