// sharp, the picture decoder: an optional dependency that is loaded when it is first wanted.

import type { default as Sharp } from "sharp";
import { DeepLabError } from "../errors.js";

/** The function that sharp exports. */
export type Decoder = typeof Sharp;

/**
 * Loads sharp, once a process.
 * @throws DeepLabError IMAGE_DECODER_UNAVAILABLE
 */
export async function loadDecoder(): Promise<Decoder> {
  try {
    return (await import("sharp")).default;
  } catch (error) {
    throw new DeepLabError(
      "IMAGE_DECODER_UNAVAILABLE",
      `The picture decoder "sharp" cannot be loaded: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/**
 * Starts loading sharp, which takes a good part of a second at worst: done while a model loads, the first picture
 * need not wait for it. Never fails: whoever decodes is told what is wrong.
 * @returns settled when it is loaded, or cannot be
 */
export function preloadDecoder(): Promise<void> {
  return loadDecoder().then(
    () => {},
    () => {},
  );
}
