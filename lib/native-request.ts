// The numbers of a request, in one array that native code reads in the call (`convert_request.cc` and
// `convert_image.cc`, same order): a field of an object costs a look-up by name, and a request has some thirty.

import type { InferSettings } from "./infer-options.js";
import type { NativeImage, NativeInferRequest } from "./native.js";
import type { OutputTarget } from "./output.js";

/** A request on this side of the border. */
export interface RequestToPack {
  readonly requestId: number;
  /** Milliseconds from now until which the work must have begun; 0: no deadline. */
  readonly deadline: number;
  /** Also return the network's input and its logits (copies; for debugging and tests). */
  readonly captureTensors: boolean;
  readonly settings: InferSettings;
  readonly images: readonly NativeImage[];
  /** By image; empty where there is no `out`. */
  readonly outputs: readonly OutputTarget[];
}

const ofRequest = 6;
const ofImage = 7;

const colorFormats = ["rgb", "bgr", "rgba", "bgra", "gray", "nv12"];
const matrices = ["bt601", "bt709"];
const ranges = ["limited", "full"];

// Used again by the next call: native code has read it when its call returns.
let scratch = new Float64Array(ofRequest + 8 * ofImage);

/** The numbers and the arrays of a request; the numbers are those of the next call as soon as there is one. */
export function packRequest(request: RequestToPack): Pick<NativeInferRequest, "numbers" | "arrays"> {
  const { images, outputs, settings } = request;
  const size = ofRequest + images.length * ofImage;
  if (scratch.length < size) scratch = new Float64Array(size);
  scratch[0] = request.requestId;
  scratch[1] = requestFlags(request);
  scratch[2] = settings.priority;
  scratch[3] = request.deadline;
  scratch[4] = settings.overlayWeight;
  scratch[5] = images.length;
  const arrays: (Uint8Array | Float32Array)[] = [];
  for (const [i, image] of images.entries()) {
    const out = outputs[i];
    writeImage(image, out, ofRequest + i * ofImage);
    arrays.push(image.data);
    if (out?.segmentationMap !== undefined) arrays.push(bytesOf(out.segmentationMap));
    if (out?.confidence !== undefined) arrays.push(out.confidence);
  }
  return { numbers: scratch, arrays };
}

/** The numbers of one image. */
export function imageNumbers(image: NativeImage): Float64Array {
  writeImage(image, undefined, 0);
  return scratch.slice(0, ofImage);
}

function writeImage(image: NativeImage, out: OutputTarget | undefined, at: number): void {
  scratch[at] = image.width;
  scratch[at + 1] = image.height;
  scratch[at + 2] = image.stride;
  scratch[at + 3] = colorFormats.indexOf(image.colorFormat);
  scratch[at + 4] = matrices.indexOf(image.matrix);
  scratch[at + 5] = ranges.indexOf(image.range);
  scratch[at + 6] =
    (image.borrow ? 1 : 0) |
    (out?.segmentationMap === undefined ? 0 : 2) |
    (out?.confidence === undefined ? 0 : 4);
}

function requestFlags({ settings, captureTensors }: RequestToPack): number {
  const { include } = settings;
  return (
    (settings.disableStaticCrop ? 1 : 0) |
    (settings.disableGrayscale ? 2 : 0) |
    (settings.disableContrast ? 4 : 0) |
    (include.segmentationMap ? 8 : 0) |
    (include.confidence ? 16 : 0) |
    (include.classAreas ? 32 : 0) |
    (include.overlay ? 64 : 0) |
    (settings.strict ? 128 : 0) |
    (captureTensors ? 256 : 0)
  );
}

function bytesOf(ids: Uint8Array | Uint16Array): Uint8Array {
  return ids instanceof Uint8Array ? ids : new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
}
