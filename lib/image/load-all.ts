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

/**
 * The images, ready for native code at once where all are raw pixels (to be copied by the native call, in
 * this very tick), else as a promise.
 * @throws DeepLabError IMAGE_*, with `detail.index` for lists
 */
export function loadImages({
  sources,
  isList,
}: ImageRequest): readonly LoadedImage[] | Promise<LoadedImage[]> {
  const locate = (error: unknown, index: number) => (isList ? withIndex(error, index) : error);
  const taken = sources.map((source, index) => {
    try {
      return takeImage(source);
    } catch (error) {
      throw locate(error, index);
    }
  });
  const ready = taken.flatMap((one) => (one.kind === "pixels" ? [{ image: one.image, decodeTime: 0 }] : []));
  return ready.length === taken.length ? ready : decodeAll(taken.map(ownPixels), locate);
}

async function decodeAll(
  taken: readonly TakenImage[],
  locate: (error: unknown, index: number) => unknown,
): Promise<LoadedImage[]> {
  const loaded: LoadedImage[] = [];
  const failures: { readonly index: number; readonly error: unknown }[] = [];
  const queue = taken.entries();
  const decodeSome = async () => {
    // One iterator for all: each takes the next image that nobody has.
    for (const [index, one] of queue) {
      if (failures.length > 0) return;
      try {
        loaded[index] = await loadImage(one);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  };
  await Promise.all(Array.from({ length: decodersAtOnce }, decodeSome));
  const [first] = failures.sort((a, b) => a.index - b.index);
  if (first !== undefined) throw locate(first.error, first.index);
  return loaded;
}
