// The masks of a class map, from native code: what every export begins with.

import { abortable } from "../abort.js";
import { DeepLabError } from "../errors.js";
import { native } from "../native.js";
import { type MaskFormat, maskFormats } from "../native-masks.js";
import { mapOf } from "../visualize/map-bytes.js";
import { type CheckedMaps, nameOfClass, neededConfidence } from "../visualize/maps.js";
import { wantedClasses } from "./classes.js";
import { Turns } from "./turns.js";

/** Left, top, width, height in pixels. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** What is exported, and how. */
export interface MaskTask {
  readonly maps: CheckedMaps;
  /** Who asks, for messages: `"toRLE()"`. */
  readonly where: string;
  readonly classes: unknown;
  readonly format: MaskFormat;
  /** A mask a connected region (pixels that touch along an edge), not one a class. */
  readonly byRegion: boolean;
  /** Fewest pixels of a region. */
  readonly minArea: number;
  /** The masks are of the whole picture, whose top left the maps are; else of the maps. */
  readonly wholePicture: boolean;
  /** Whether `meanConfidence` is wanted. */
  readonly scores: boolean;
  readonly signal: AbortSignal | undefined;
}

/** One class, or one region of one. */
export interface Mask {
  readonly classId: number;
  readonly name: string;
  /** Pixels. */
  readonly area: number;
  readonly bbox: Box;
  /** Of its pixels; 0 unless it was asked for. */
  readonly meanConfidence: number;
  /** In the format. */
  readonly bytes: Uint8Array;
}

/** Size of the picture that the masks are of. */
export function canvasOf(maps: CheckedMaps, wholePicture: boolean): { width: number; height: number } {
  return wholePicture
    ? { width: maps.sourceWidth, height: maps.sourceHeight }
    : { width: maps.width, height: maps.height };
}

/**
 * The masks, off the event loop. Classes and regions without pixels have none.
 * @throws DeepLabError OPTION_INVALID, IMAGE_TOO_LARGE
 */
export async function exportMasks(task: MaskTask): Promise<Mask[]> {
  const { maps, format } = task;
  const { map, idBytes } = mapOf(maps);
  const found = await abortable(
    native().exportMasks({
      map,
      idBytes,
      numbers: Float64Array.of(
        maps.width,
        maps.height,
        ...checkedCanvas(task),
        maskFormats.indexOf(format),
        task.byRegion ? 1 : 0,
        task.minArea,
      ),
      wanted: wantedClasses(task.classes, maps),
      sums: task.scores,
      confidence: task.scores ? neededConfidence(maps, task.where) : none,
    }),
    task.signal,
  );
  return readMasks(new Float64Array(found.numbers), found.bytes, maps.classNames, new Turns(task.signal));
}

const none = new Float32Array(0);
const numbersAMask = 9;

async function readMasks(
  numbers: Float64Array,
  bytes: ArrayBuffer,
  classNames: readonly string[],
  turns: Turns,
): Promise<Mask[]> {
  const masks: Mask[] = [];
  for (let i = 0; i < numbers.length; i += numbersAMask) {
    if (turns.due) await turns.next();
    // Nine of them, as native code and its tests promise.
    const own = numbers.subarray(i, i + numbersAMask) as unknown as Nine;
    const [classId, area, x, y, width, height, sum, begin, end] = own;
    masks.push({
      classId,
      name: nameOfClass(classNames, classId),
      area,
      bbox: [x, y, width, height],
      meanConfidence: sum / area,
      bytes: new Uint8Array(bytes, begin, end - begin),
    });
  }
  return masks;
}

type Nine = readonly [number, number, number, number, number, number, number, number, number];

/**
 * Width and height of what the masks are of. Counts are 32 bits wide, and so is the brush code's number of values, four
 * a pixel.
 * @throws DeepLabError OPTION_INVALID where the picture is smaller than its maps, IMAGE_TOO_LARGE
 */
export function checkedCanvas({
  maps,
  where,
  format,
  wholePicture,
}: Pick<MaskTask, "maps" | "where" | "format" | "wholePicture">): [number, number] {
  const { width, height } = canvasOf(maps, wholePicture);
  if (width < maps.width || height < maps.height) {
    const [expected, found] = [`at least ${maps.width}×${maps.height}`, `${width}×${height}`];
    throw new DeepLabError(
      "OPTION_INVALID",
      `Expected imageMetadata of the maps for ${where} to be ${expected}, the size of the maps, but it says ${found}.`,
      { detail: { option: "imageMetadata", expected, found } },
    );
  }
  const most = format === "brush" ? 2 ** 30 - 1 : 2 ** 32 - 1;
  if (width * height > most) {
    throw new DeepLabError(
      "IMAGE_TOO_LARGE",
      `${where} can say masks of at most ${most} pixels, but this picture has ${width * height}.`,
      { detail: { expected: most, found: width * height } },
    );
  }
  return [width, height];
}
