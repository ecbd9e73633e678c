// The golden set as the tests see it: its manifest, and its files as arrays. Read from build/golden, which
// scripts/golden/unpack.mjs makes from the committed archive.

import fs from "node:fs";
import path from "node:path";
import sharp from "sharp";
import { goldenFolder, isUnpacked } from "../../scripts/golden/archive.mjs";
import { roundHalfEven } from "../oracle/resize-u8.js";

export interface GoldenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly file?: string;
}

export interface GoldenSize {
  readonly width: number;
  readonly height: number;
}

export interface GoldenMetadata {
  readonly pad_left: number;
  readonly pad_top: number;
  readonly pad_right: number;
  readonly pad_bottom: number;
  readonly original_size: GoldenSize;
  readonly size_after_pre_processing: GoldenSize;
  readonly inference_size: GoldenSize;
  readonly scale_width: number;
  readonly scale_height: number;
  readonly static_crop_offset: {
    readonly offset_x: number;
    readonly offset_y: number;
    readonly crop_width: number;
    readonly crop_height: number;
  };
}

export interface GoldenResult {
  readonly segmentation_map: {
    readonly shape: readonly [number, number];
    readonly file?: string;
    readonly format?: string;
  };
  readonly confidence: {
    readonly reference_dtype: string;
    readonly shape: readonly [number, number];
    readonly file?: string;
    readonly stride?: number;
    readonly stored_shape?: readonly [number, number];
  };
}

export interface GoldenCall {
  readonly confidence?: number | string | null;
  readonly input_color_format?: string;
  readonly image_size?: readonly [number, number];
  readonly pre_processing_overrides?: {
    readonly disable_static_crop?: boolean;
    readonly disable_grayscale?: boolean;
    readonly disable_contrast_enhancement?: boolean;
  };
}

export interface RecommendedParameters {
  readonly confidence?: number;
  readonly per_class_confidence?: Readonly<Record<string, number>>;
  readonly perClassConfidence?: Readonly<Record<string, number>>;
}

interface GoldenCommon {
  readonly id: string;
  readonly kind: string;
  readonly package: string;
  readonly load: { readonly recommended_parameters?: RecommendedParameters };
  readonly call: GoldenCall;
  readonly container: string;
  readonly inputs: readonly { readonly image: string; readonly as: string }[];
}

/** A case with maps to match. */
export interface GoldenSuccess extends GoldenCommon {
  readonly expected_error?: undefined;
  readonly class_names: readonly string[];
  readonly background_class_id: number;
  readonly input_tensor: GoldenTensor;
  readonly logits: GoldenTensor;
  readonly pre_processing_metadata: readonly GoldenMetadata[];
  readonly results: readonly GoldenResult[];
  readonly ambiguity: Readonly<Record<string, number>>;
}

/** A case that the reference refuses. */
export interface GoldenFailure extends GoldenCommon {
  readonly expected_error: { readonly stage: string; readonly type: string; readonly message: string };
}

export type GoldenCase = GoldenSuccess | GoldenFailure;

export const goldenPath = (name: string): string => path.join(goldenFolder, name);

/** All cases of the unpacked set; throws where it is missing, so that its absence is a failure. */
export function goldenCases(): readonly GoldenCase[] {
  if (!isUnpacked()) throw new Error("build/golden is missing or old: run `node scripts/golden/unpack.mjs`.");
  return (JSON.parse(fs.readFileSync(goldenPath("manifest.json"), "utf8")) as { cases: GoldenCase[] }).cases;
}

/** A little-endian file as a typed array of its own memory. */
function read(name: string): ArrayBuffer {
  const bytes = fs.readFileSync(goldenPath(name));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** IEEE half to number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest number that IEEE half holds, halves to even; normal numbers only. */
export function roundToHalf(value: number): number {
  if (value === 0) return 0;
  const unit = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), -14) - 10);
  return roundHalfEven(value / unit) * unit;
}

/** A raw tensor as float32, whichever type it is stored in. */
export function toFloats(dtype: string, data: ArrayBuffer): Float32Array {
  if (dtype === "float16") return Float32Array.from(new Uint16Array(data), halfToNumber);
  if (dtype === "uint8") return Float32Array.from(new Uint8Array(data));
  if (dtype === "float32") return new Float32Array(data);
  throw new Error(`unknown tensor type ${dtype}`);
}

/** A stored stage, or undefined where the set does not hold it. */
export function goldenTensor(tensor: GoldenTensor): Float32Array | undefined {
  return tensor.file === undefined ? undefined : toFloats(tensor.dtype, read(tensor.file));
}

export interface RgbImage extends GoldenSize {
  readonly data: Uint8Array;
}

/** An image of the set as packed RGB. */
export async function goldenImage(name: string): Promise<RgbImage> {
  const decoded = sharp(goldenPath(name)).toColourspace("srgb").removeAlpha().raw();
  const { data, info } = await decoded.toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`${name}: expected 3 channels, found ${info.channels}`);
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** The expected class ids. */
export async function goldenMap(result: GoldenResult): Promise<Uint16Array> {
  const { file, format } = result.segmentation_map;
  if (file === undefined) return new Uint16Array(0);
  if (format === "u16le") return new Uint16Array(read(file));
  const { data } = await sharp(goldenPath(file))
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Uint16Array.from(data);
}

/** The expected confidence, where `stride` says that only every so many rows and columns are stored. */
export function goldenConfidence(result: GoldenResult): { values: Float32Array; stride: number } {
  const { file, stride } = result.confidence;
  return {
    values: file === undefined ? new Float32Array(0) : new Float32Array(read(file)),
    stride: stride ?? 1,
  };
}
