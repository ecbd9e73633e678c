// The images of one request: all taken at the call, decoded a few at a time, and the first bad one (by
// its place) is the error.

import { withIndex } from "../errors.js";
import {
  type ImageSource,
  type LoadedImage,
  loadImage,
  ownPixels,
  type TakenImage,
  takeImage,
} from "./source.js";

// libuv has four threads by default; more decoders at once would only hold more memory.
const decodersAtOnce = 4;

/** One image or a list of them; errors of a list say which. */
export interface ImageRequest {
  readonly sources: readonly ImageSource[];
  readonly isList: boolean;
}

/** The images of a request in their order, taken at the call. */
export interface TakenImages {
  readonly images: readonly TakenImage[];
  readonly isList: boolean;
}

/**
 * Takes the images at the call.
 * @param copyInput False: raw pixels are read in place.
 * @throws DeepLabError IMAGE_*, with `detail.index` for lists
 */
export function takeImages({ sources, isList }: ImageRequest, copyInput: boolean): TakenImages {
  const images = sources.map((source, index) => {
    try {
      return takeImage(source, copyInput);
    } catch (error) {
      throw isList ? withIndex(error, index) : error;
    }
  });
  return { images, isList };
}

/** The pixels where all images are raw, for native code in the tick of the call; else undefined. */
export function readyImages({ images }: TakenImages): readonly LoadedImage[] | undefined {
  const ready: LoadedImage[] = [];
  for (const one of images) {
    if (one.kind !== "pixels") return undefined;
    ready.push({ image: one.image, decodeTime: 0 });
  }
  return ready;
}

/** The same images in memory of our own, unless it is read in place: for calls that cannot go on at once. */
export function ownImages({ images, isList }: TakenImages): TakenImages {
  return { images: images.map(ownPixels), isList };
}

/**
 * Reads and decodes images that are our own, a few at a time.
 * @param checkWanted Asked before each image; what it throws ends the work.
 * @throws DeepLabError IMAGE_*, with `detail.index` for lists: the first bad one by its place
 */
export function loadImages(
  { images, isList }: TakenImages,
  checkWanted: () => void = () => {},
): Promise<LoadedImage[]> {
  return decodeAll(images, checkWanted, (error, index) => (isList ? withIndex(error, index) : error));
}

async function decodeAll(
  taken: readonly TakenImage[],
  checkWanted: () => void,
  locate: (error: unknown, index: number) => unknown,
): Promise<LoadedImage[]> {
  const loaded: LoadedImage[] = [];
  const failures: { readonly index: number; readonly error: unknown }[] = [];
  let unwanted: { readonly error: unknown } | undefined;
  const queue = taken.entries();
  const decodeSome = async () => {
    // One iterator for all: each takes the next image that nobody has.
    for (const [index, one] of queue) {
      if (failures.length > 0 || unwanted !== undefined) return;
      try {
        checkWanted();
      } catch (error) {
        unwanted = { error };
        return;
      }
      try {
        loaded[index] = await loadImage(one);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  };
  await Promise.all(Array.from({ length: decodersAtOnce }, decodeSome));
  if (unwanted !== undefined) throw unwanted.error;
  const [first] = failures.sort((a, b) => a.index - b.index);
  if (first !== undefined) throw locate(first.error, first.index);
  return loaded;
}
