// A list whose images fail each for itself (`onError: "result"`): one bad image must cost the others nothing but a
// second try.

import { DeepLabError } from "./errors.js";
import {
  fewAtOnce,
  type ImageRequest,
  loadImages,
  ownImages,
  type TakenImages,
  takeImages,
} from "./image/load-all.js";
import type { LoadedImage } from "./image/source.js";
import type { LoadSettings, TakeSettings } from "./image/taken.js";
import type { FailedImage } from "./infer-failure.js";
import type { NativeImageResult } from "./native.js";
import { readMapFacts } from "./native-facts.js";

/** What one step made of an image. */
export type Outcome<T> = { readonly done: T } | FailedImage;

/**
 * Takes each image at the call, into memory of our own where it is not read in place: what is tried again later must
 * not have been changed by the caller meanwhile.
 */
export function takeEach({ sources }: ImageRequest, settings: TakeSettings): Outcome<TakenImages>[] {
  return sources.map((source, index) => {
    try {
      return { done: ownImages(takeImages({ sources: [source], isList: false }, settings)) };
    } catch (error) {
      return { index, error };
    }
  });
}

/**
 * Reads and decodes what was taken, a few at a time.
 * @throws the reason of `settings.stop`, which is no image's
 */
export async function loadEach(
  taken: readonly Outcome<TakenImages>[],
  settings: LoadSettings,
): Promise<Outcome<LoadedImage>[]> {
  const loaded: Outcome<LoadedImage>[] = [];
  await fewAtOnce(taken, async (one, index) => {
    settings.stop.throwIfAborted();
    loaded[index] = "done" in one ? await loadOne(one.done, index, settings) : one;
  });
  return loaded;
}

async function loadOne(
  taken: TakenImages,
  index: number,
  settings: LoadSettings,
): Promise<Outcome<LoadedImage>> {
  try {
    const [done] = await loadImages(taken, settings);
    return { done: done as LoadedImage };
  } catch (error) {
    settings.stop.throwIfAborted();
    return { index, error };
  }
}

// Failures of a run that may be one image's doing, such as a size that the network does not take.
const ofSomeImage = ["BACKEND_FAILED", "OUT_OF_MEMORY", "DEVICE_OUT_OF_MEMORY"];

/**
 * Runs those that are left until each has an outcome: an image that is named by an error is left out of the next try;
 * where a run fails and names none, each goes alone.
 * @param run Runs the images of these places together; its errors name an image by its place among them.
 * @throws what is no image's: an abort, a deadline, a lost device, …
 */
export async function runEach<T>(
  places: readonly number[],
  run: (places: readonly number[]) => Promise<readonly T[]>,
): Promise<Outcome<T>[]> {
  const outcomes: Outcome<T>[] = [];
  let left = places;
  while (left.length > 0) {
    try {
      for (const [i, done] of (await run(left)).entries()) outcomes[left[i] as number] = { done };
      break;
    } catch (error) {
      const at = placeOf(error, left.length);
      if (at === "unknown") {
        for (const place of left) Object.assign(outcomes, await runEach([place], run));
        break;
      }
      const index = left[at] as number;
      outcomes[index] = { index, error };
      left = left.filter((place) => place !== index);
    }
  }
  return outcomes;
}

function placeOf(error: unknown, count: number): number | "unknown" {
  const { code, detail } = Object(error) as { code?: string; detail?: { index?: unknown } };
  const at = detail?.index === undefined ? Number.NaN : Number(detail.index);
  if (Number.isInteger(at) && at >= 0 && at < count) return at;
  if (!ofSomeImage.includes(code ?? "")) throw error;
  return count === 1 ? 0 : "unknown";
}

/** What `strict` makes of an image's answer, in the words of native code (`RefuseNonFinite` in unit_steps.cc). */
export function finiteOrFailed<T extends { readonly native: NativeImageResult }>(
  outcome: Outcome<T> | undefined,
  index: number,
  strict: boolean,
): Outcome<T> {
  if (outcome === undefined) throw new DeepLabError("INTERNAL", "An image was neither answered nor failed.");
  const nonFinitePixels = "done" in outcome ? readMapFacts(outcome.done.native.facts).nonFinitePixels : 0;
  if (!strict || nonFinitePixels === 0) return outcome;
  const message = `${nonFinitePixels} pixels have logits that are not finite numbers.`;
  return { index, error: new DeepLabError("NON_FINITE_LOGITS", message, { detail: { nonFinitePixels } }) };
}
