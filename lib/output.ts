// The option `out`: arrays of the caller that results are written into instead of memory of our own.

import { invalidOption, optionObject } from "./checks.js";
import type { IncludeFlags } from "./include.js";

/**
 * Where the maps of one image are to be written, each of at least width · height elements. Over a
 * SharedArrayBuffer, native code writes straight into it; over an ordinary ArrayBuffer it is copied into when the
 * call is answered, for such memory could be transferred away before.
 */
export interface OutputArrays {
  /** Class ids; a Uint16Array where the model has more than 256. */
  readonly segmentationMap?: Uint8Array | Uint16Array | undefined;
  readonly confidence?: Float32Array | undefined;
}

/** Where one image's maps go; undefined: into memory of our own. */
export interface OutputTarget {
  readonly segmentationMap: Uint8Array | Uint16Array | undefined;
  readonly confidence: Float32Array | undefined;
}

/** What a call's `out` must fit to. */
export interface OutputContext {
  readonly isList: boolean;
  /** Images of the call. */
  readonly count: number;
  readonly include: IncludeFlags;
  /** Bytes a class id. */
  readonly idBytes: number;
}

/**
 * Checks kinds and types of `out`. Whether an array is large enough is known only when the image's size is, and
 * whether two lie over each other only by their addresses: native code checks both.
 * @returns one target an image; empty where there is no `out`
 * @throws DeepLabError OPTION_INVALID, OPTION_UNKNOWN
 */
export function parseOutput(value: unknown, context: OutputContext): readonly OutputTarget[] {
  if (value === undefined) return [];
  const { isList, count } = context;
  if (!isList) {
    if (Array.isArray(value)) return invalidOption("out", "one object for one image", value);
    return [parseTarget(value, "out", context)];
  }
  if (!Array.isArray(value) || value.length !== count)
    return invalidOption("out", `a list of ${count} objects, one an image`, value);
  return value.map((one, index) => parseTarget(one, `out[${index}]`, context));
}

function parseTarget(value: unknown, name: string, { include, idBytes }: OutputContext): OutputTarget {
  if (value === undefined) return invalidOption(name, "an object", value);
  const given = optionObject(value, `option ${name}`, ["segmentationMap", "confidence"]);
  for (const part of ["segmentationMap", "confidence"] as const) {
    if (given[part] !== undefined && !include[part])
      invalidOption(`${name}.${part}`, `left out, as "${part}" is not among include,`, given[part]);
  }
  const ids = idBytes === 2 ? "Uint16Array" : "Uint8Array";
  return {
    segmentationMap: typedArray(given.segmentationMap, ids, `${name}.segmentationMap`) as
      | Uint8Array
      | undefined,
    confidence: typedArray(given.confidence, "Float32Array", `${name}.confidence`) as
      | Float32Array
      | undefined,
  };
}

// By tag, not by class: arrays of another realm (a vm context, a test environment) are arrays too.
function typedArray(value: unknown, type: string, name: string): ArrayBufferView | undefined {
  if (value === undefined) return undefined;
  const tag = ArrayBuffer.isView(value) ? Object.prototype.toString.call(value).slice(8, -1) : "";
  if (tag === type && (value as ArrayBufferView).byteLength > 0) return value as ArrayBufferView;
  return invalidOption(name, `a ${type} of at least width · height elements`, value);
}
