// Random packages and pictures for the oracle tests: everything that pre- and post-processing look at.

import type { ColorFormat as PublicColorFormat, RawImage } from "deeplab-rt";
import { type FixedLogits, fixedLogitsNetwork } from "../support/networks.js";
import { classNames, type PackageFiles } from "../support/package-folder.js";
import type { Random } from "../support/random.js";
import type { CropPercent, ResizeMode } from "./geometry.js";
import { nv12RowBytes, nv12Rows } from "./nv12.js";
import type { ClassRules } from "./postprocess.js";
import { bytesPerPixel, type ColorFormat, type InputConfig } from "./preprocess.js";

/** A package, what the oracle must know of it, and the confidence to ask for. */
export interface RandomPackage {
  readonly files: PackageFiles;
  readonly config: InputConfig;
  readonly logits: FixedLogits;
  readonly half: boolean;
  readonly rules: ClassRules;
  readonly confidence: number | "default" | Record<string, number>;
}

const modes = ["stretch", "letterbox", "center-crop", "letterbox-reflect-edges", "fit-longer-edge"] as const;

function randomCrop(random: Random): CropPercent | undefined {
  if (random.chance(0.5)) return undefined;
  const xMin = random.chance(0.3) ? 0 : random.integer(1, 60);
  const yMin = random.chance(0.3) ? 0 : random.integer(1, 60);
  return { xMin, yMin, xMax: random.integer(xMin + 20, 110), yMax: random.integer(yMin + 20, 110) };
}

function randomNormalization(random: Random): InputConfig["normalization"] {
  if (random.chance(0.4)) return undefined;
  const three = (low: number, high: number) => Array.from({ length: 3 }, () => random.uniform(low, high));
  return { mean: three(-1, 1), std: three(0.1, 2) };
}

function randomConfig(random: Random): { config: InputConfig; mode: string } {
  const mode = random.pick(modes);
  const side = () => random.integer(6, 48);
  const fixed = random.chance(0.9);
  const config: InputConfig = {
    resizeMode: (mode === "stretch" || mode === "center-crop" ? mode : "letterbox") as ResizeMode,
    input: fixed ? { width: side(), height: side() } : undefined,
    staticCrop: randomCrop(random),
    paddingValue: mode === "fit-longer-edge" ? 0 : random.integer(-20, 300),
    networkColor: random.pick(["rgb", "bgr"]),
    scalingFactor: random.pick([undefined, 255, 127.5, random.uniform(0.5, 300)]),
    normalization: randomNormalization(random),
    grayscale: random.chance(0.2),
  };
  return { config, mode };
}

function configFile(config: InputConfig, mode: string): Record<string, unknown> {
  const { staticCrop: crop, input, normalization } = config;
  return {
    image_pre_processing: {
      ...(crop === undefined
        ? {}
        : {
            "static-crop": {
              enabled: true,
              x_min: crop.xMin,
              x_max: crop.xMax,
              y_min: crop.yMin,
              y_max: crop.yMax,
            },
          }),
      grayscale: { enabled: config.grayscale },
    },
    network_input: {
      dynamic_spatial_size_supported: input === undefined,
      ...(input === undefined
        ? { dynamic_spatial_size_mode: { type: "any-size" } }
        : { training_input_size: input }),
      color_mode: config.networkColor,
      resize_mode: mode,
      padding_value: config.paddingValue,
      input_channels: 3,
      ...(config.scalingFactor === undefined ? {} : { scaling_factor: config.scalingFactor }),
      ...(normalization === undefined ? {} : { normalization: [normalization.mean, normalization.std] }),
    },
    forward_pass: {},
  };
}

/** Smooth ones, whole numbers with many exact ties, or large ones. */
function randomLogits(random: Random, channels: number): FixedLogits {
  const width = random.integer(1, 40);
  const height = random.integer(1, 40);
  const data = random.floats(channels * width * height, -4, 4);
  const kind = random.pick(["smooth", "smooth", "ties", "large"]);
  // Adding 0 turns -0 into 0, as the network's own addition does.
  if (kind === "ties")
    return { channels, width, height, data: data.map((value) => Math.round(value / 2) + 0) };
  if (kind === "large") return { channels, width, height, data: data.map((value) => value * 5) };
  return { channels, width, height, data };
}

function randomClasses(random: Random): { channels: number; names: string[] } {
  const channels = random.integer(1, 7);
  const count = channels === 1 ? random.integer(2, 4) : channels + random.integer(0, 1);
  return { channels, names: classNames(count, random.integer(0, count - 1)) };
}

function randomConfidence(random: Random, names: readonly string[]): RandomPackage["confidence"] {
  const kind = random.pick(["number", "number", "default", "classes"]);
  if (kind === "number") return random.pick([0, 1, random.next(), random.next()]);
  if (kind === "default") return "default";
  return Object.fromEntries(names.filter(() => random.chance(0.6)).map((name) => [name, random.next()]));
}

/** One threshold per class id, as the documentation of `confidence` says. */
function thresholds(confidence: RandomPackage["confidence"], names: readonly string[]): number[] {
  if (typeof confidence === "number") return names.map(() => confidence);
  return names.map((name) => (confidence === "default" ? 0.5 : (confidence[name] ?? 0.5)));
}

/** A package with random logits. */
export function randomPackage(random: Random): RandomPackage {
  const { config, mode } = randomConfig(random);
  const { channels, names } = randomClasses(random);
  const logits = randomLogits(random, channels);
  const half = random.chance(0.1);
  const confidence = randomConfidence(random, names);
  const { width, height } = config.input ?? { width: "w", height: "h" };
  const batch = random.pick([1, 2, 3, "n", "n"]);
  const weights = fixedLogitsNetwork({ batch, height, width }, logits, half);
  const rules = {
    classCount: names.length,
    backgroundId: names.indexOf("background"),
    thresholds: thresholds(confidence, names),
  };
  const files = { classNames: names, config: configFile(config, mode), weights };
  return { files, config, logits, half, rules, confidence };
}

export type RandomImage = RawImage & {
  readonly data: Uint8Array;
  readonly stride: number;
  readonly colorFormat: PublicColorFormat & (ColorFormat | "nv12");
};

/** A picture of noise in any raw format, often with bytes between the rows. */
export function randomImage(random: Random): RandomImage {
  const longest = random.pick([20, 60, 90]);
  const width = random.integer(1, longest);
  const height = random.integer(1, longest);
  const colorFormat = random.pick(["rgb", "bgr", "rgba", "bgra", "gray"] as const);
  const stride = width * bytesPerPixel(colorFormat) + (random.chance(0.3) ? random.integer(1, 9) : 0);
  return { width, height, stride, colorFormat, data: random.bytes(stride * height) };
}

/** A picture of noise in NV12; its bytes end with the last sample of chroma. */
export function randomNv12(
  random: Random,
  width = random.integer(1, 70),
  height = random.integer(1, 70),
): RandomImage {
  const stride = nv12RowBytes(width) + (random.chance(0.5) ? random.integer(1, 9) : 0);
  const bytes = (nv12Rows(height) - 1) * stride + nv12RowBytes(width);
  const matrix = random.pick([undefined, "bt601", "bt709"] as const);
  const range = random.pick([undefined, "limited", "full"] as const);
  return {
    width,
    height,
    stride,
    colorFormat: "nv12",
    data: random.bytes(bytes),
    ...(matrix === undefined ? {} : { matrix }),
    ...(range === undefined ? {} : { range }),
  };
}
