// What an image is between the call, where it was taken from the caller, and its pixels.

import type { NativeImage } from "../native.js";
import type { UrlRules } from "./url-rules.js";

/** What a model lets its images be, in all of its calls. */
export interface ImageRules {
  /** Which addresses may be fetched. */
  readonly urls: UrlRules;
  /** Most pixels of an encoded picture. */
  readonly limitInputPixels: number;
}

/** How images are taken at a call. */
export interface TakeSettings {
  /** False: raw pixels are read in place. */
  readonly copyInput: boolean;
  readonly rules: ImageRules;
}

/** How taken images are loaded. */
export interface LoadSettings {
  readonly rules: ImageRules;
  /** Ends reading at once: aborted, too late, or the model was closed; reading rejects with its reason. */
  readonly stop: AbortSignal;
}

/** An encoded picture that is read when its turn comes. */
export interface LaterImage {
  readonly kind: "later";
  /** At most once. Where `stop` is aborted, lets go of what it reads; what it answers then is ignored. */
  read(stop: AbortSignal): Promise<Uint8Array>;
  /** The picture is not wanted any more: lets go of what it is read from. Does nothing where it was read. */
  drop?(): void;
}

/** The pixels of a pipeline of the caller's. */
export interface PipelineImage {
  readonly kind: "pipeline";
  /** Rejects with the reason of `stop` where it waits for its input; what it has begun it ends. */
  pixels(stop: AbortSignal): Promise<NativeImage>;
}

/** An image whose memory is no longer the caller's, but for raw pixels: native code copies them or reads them in place. */
export type TakenImage =
  | { readonly kind: "pixels"; readonly image: NativeImage }
  | { readonly kind: "encoded"; readonly bytes: Uint8Array }
  | LaterImage
  | PipelineImage;

/** Lets go of the sources of images that will not be loaded. */
export function dropImages(images: Iterable<TakenImage>): void {
  for (const image of images) if (image.kind === "later") image.drop?.();
}
