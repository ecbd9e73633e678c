// Instances of sharp as images: the pixels that the caller's own pipeline gives.

import type { Duplex } from "node:stream";
import { whenAborted } from "../abort.js";
import { DeepLabError } from "../errors.js";
import type { NativeImage } from "../native.js";
import { fromRaw } from "./raw.js";
import type { PipelineImage } from "./taken.js";

/** What is used of an instance of sharp, of whichever copy and version. */
export interface SharpLike {
  /** An instance of its own with the same steps. */
  clone(): SharpLike;
  /** Drops alpha at the end of the steps. */
  removeAlpha(): SharpLike;
  /** Colours of the result. */
  toColourspace(name: string): SharpLike;
  /** Pixels instead of a file. */
  raw(options: { readonly depth: "uchar" }): SharpLike;
  /** Runs the steps. */
  toBuffer(options: { readonly resolveWithObject: true }): Promise<SharpPixels>;
}

/** What an instance of sharp answers. */
export interface SharpPixels {
  /** Rows without padding. */
  readonly data: Uint8Array;
  /** Pixels a side, and bytes a pixel. */
  readonly info: { readonly width: number; readonly height: number; readonly channels: number };
}

const methods = ["clone", "removeAlpha", "toColourspace", "raw", "toBuffer"] as const;

/** Whether this is an instance of sharp. */
export function isSharp(value: unknown): value is SharpLike {
  const given = Object(value) as Partial<SharpLike>;
  return methods.every((method) => typeof given[method] === "function");
}

/**
 * Takes a clone: the caller's instance can be used on, and what is added to it later has no effect. Its steps are
 * kept as they are; after them come ours, which make 8-bit RGB or grey without alpha.
 */
export function takeSharp(pipeline: SharpLike): PipelineImage {
  const clone = pipeline.clone();
  return { kind: "pipeline", pixels: (stop) => run(clone, stop) };
}

async function run(pipeline: SharpLike, stop: AbortSignal): Promise<NativeImage> {
  try {
    const pixels = pipeline
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { data, info } = await orGivenUp(pixels, pipeline as SharpInside, stop);
    const { width, height, channels } = info;
    // Memory that only we hold: it is read in place.
    return { ...fromRaw({ data, width, height, channels: channels as 1 | 3 }), borrow: true };
  } catch (error) {
    if (stop.aborted) throw stop.reason;
    throw error instanceof DeepLabError ? error : pipelineError(error as Error);
  }
}

// What sharp does not document: `input.buffer` is an array as long as a stream's parts are waited for. Where a version has
// it no more, a clone that is given up counts as one at work.
interface SharpInside extends Partial<Pick<Duplex, "destroy" | "removeAllListeners">> {
  readonly options?: { readonly input?: { readonly buffer?: unknown } };
}

// An instance whose input does not come would wait for ever. What libvips has begun cannot be stopped, and is waited for.
function orGivenUp<T>(work: Promise<T>, pipeline: SharpInside, stop: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const release = whenAborted(stop, () => {
      if (!Array.isArray(pipeline.options?.input?.buffer)) return;
      pipeline.removeAllListeners?.("finish"); // input that comes after all is not decoded
      pipeline.destroy?.();
      reject(stop.reason);
    });
    work.then(resolve, reject).finally(release);
  });
}

function pipelineError(error: Error): DeepLabError {
  const reason = error.message;
  const isTooLarge = /exceeds pixel limit/i.test(reason);
  return new DeepLabError(
    isTooLarge ? "IMAGE_TOO_LARGE" : "IMAGE_UNREADABLE",
    `The sharp instance gives no picture: ${reason}.`,
    {
      detail: { reason },
      hint: isTooLarge
        ? "raise limitInputPixels where the instance is made, if the picture may be so large."
        : "the message is sharp's own: await instance.toBuffer() fails in the same way.",
      cause: error,
    },
  );
}
