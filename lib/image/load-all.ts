// The images of one request: all taken at the call, decoded a few at a time, and the first bad one (by
// its place) is the error.

import { withIndex } from "../errors.js";
import { stopSignal } from "../stop-signal.js";
import { isNodeStream, isWebStream } from "./byte-stream.js";
import { type ImageSource, type LoadedImage, loadImage, ownPixels, takeImage } from "./source.js";
import { dropImages, type LoadSettings, type TakenImage, type TakeSettings } from "./taken.js";

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
 * Takes the images at the call: all of them, or none.
 * @throws DeepLabError IMAGE_*, NETWORK_NOT_ALLOWED, with `detail.index` for lists
 */
export function takeImages({ sources, isList }: ImageRequest, settings: TakeSettings): TakenImages {
  const images: TakenImage[] = [];
  for (const [index, source] of sources.entries()) {
    try {
      images.push(takeImage(source, settings));
    } catch (error) {
      dropImages(images);
      dropStreams(sources.slice(index + 1));
      throw isList ? withIndex(error, index) : error;
    }
  }
  return { images, isList };
}

/** Lets go of the streams among images that were not taken: the call ended before. */
export function dropStreams(sources: readonly ImageSource[]): void {
  for (const source of sources) {
    try {
      if (isNodeStream(source) || isWebStream(source)) dropImages([takeImage(source)]);
    } catch {
      // It is none of ours: the call has another error already.
    }
  }
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
 * Reads and decodes images that are our own, a few at a time. Those that were not begun are not dropped.
 * @throws DeepLabError IMAGE_*, NETWORK_*, with `detail.index` for lists: the first bad one by its place; the reason
 *   of `settings.stop`
 */
export async function loadImages(
  { images, isList }: TakenImages,
  settings: LoadSettings,
): Promise<LoadedImage[]> {
  const { loaded, failures } = await loadSome(images, settings);
  settings.stop.throwIfAborted();
  const [first] = failures.sort((a, b) => a.index - b.index);
  if (first !== undefined) throw isList ? withIndex(first.error, first.index) : first.error;
  return loaded;
}

interface Failure {
  readonly index: number;
  readonly error: unknown;
}

// After a failure no further one is begun. Those before it are waited for, as one of them may be the first bad one;
// those after it are stopped.
async function loadSome(images: readonly TakenImage[], settings: LoadSettings) {
  const loaded: LoadedImage[] = [];
  const failures: Failure[] = [];
  const underWay = new Map<number, AbortController>();
  await fewAtOnce(images, async (image, index) => {
    if (failures.length > 0 || settings.stop.aborted) return;
    const own = new AbortController();
    underWay.set(index, own);
    const { signal, release } = stopSignal([settings.stop, own.signal]);
    try {
      loaded[index] = await loadImage(image, { ...settings, stop: signal });
    } catch (error) {
      failures.push({ index, error });
      for (const [other, controller] of underWay) if (other > index) controller.abort(error);
    } finally {
      underWay.delete(index);
      release();
    }
  });
  return { loaded, failures };
}

/** Works on the images of a list in their order, a few of them at once. An error is that of the whole, once all have ended. */
export async function fewAtOnce<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const inTurn = async () => {
    // One iterator for all: each takes the next item that nobody has.
    for (const [index, item] of queue) await work(item, index);
  };
  const turns = await Promise.allSettled(Array.from({ length: decodersAtOnce }, inTurn));
  for (const turn of turns) if (turn.status === "rejected") throw turn.reason;
}
