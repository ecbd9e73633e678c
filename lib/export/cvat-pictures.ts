// CVAT's two pictures of a class map: a colour a label, and a colour an object.

import { DeepLabError } from "../errors.js";
import { loadDecoder } from "../image/decoder.js";
import { native } from "../native.js";
import { noLegend } from "../visualize/legend.js";
import { bytesOf } from "../visualize/map-bytes.js";
import { type CheckedMaps, thatIsThere } from "../visualize/maps.js";
import { nameless } from "./classes.js";
import type { CvatSettings } from "./cvat.js";
import { type CvatLabel, type Rgb, vocColor } from "./cvat-labels.js";
import { exportMasks, type Mask } from "./masks.js";

// Readers know the first 256 of Pascal VOC's colours, black among them.
const mostObjects = 255;

type Ids = Uint8Array | Uint16Array;

/** PNG file: each class in its label's colour, what has no label in black. */
export function classPicture(maps: CheckedMaps, labels: readonly CvatLabel[]): Promise<Buffer> {
  const colors = new Map(labels.map(({ id, color }) => [id, color]));
  return encode(maps, thatIsThere(maps).segmentationMap, colors);
}

/**
 * PNG file: each object (a class, or a region of one) in the colour of its number from 1.
 * @throws DeepLabError OPTION_INVALID where there are too many, or one is of a class without a label
 */
export async function objectPicture(
  maps: CheckedMaps,
  labels: readonly CvatLabel[],
  settings: CvatSettings,
): Promise<Buffer> {
  const masks = await exportMasks({
    ...settings,
    maps,
    where: "toCVAT()",
    format: "runs",
    wholePicture: false,
    scores: false,
  });
  const foreground = masks.filter(({ classId }) => classId !== maps.backgroundClassId);
  checkCount(foreground.length);
  checkLabels(foreground, labels);
  if (settings.byRegion) {
    const colors = foreground.map((_, i) => [i + 1, vocColor(i + 1)] as const);
    return encode(maps, paintNumbers(maps, foreground), new Map(colors));
  }
  const colors = foreground.map(({ classId }, i) => [classId, vocColor(i + 1)] as const);
  return encode(maps, thatIsThere(maps).segmentationMap, new Map(colors));
}

function checkCount(count: number): void {
  if (count <= mostObjects) return;
  throw new DeepLabError(
    "OPTION_INVALID",
    `CVAT's segmentation masks hold at most ${mostObjects} objects a picture, but this one has ${count}.`,
    {
      detail: { expected: mostObjects, found: count },
      hint: "raise minArea, choose fewer classes, or leave perComponent off.",
    },
  );
}

function checkLabels(masks: readonly Mask[], labels: readonly CvatLabel[]): void {
  const known = new Set(labels.map(({ id }) => id));
  for (const { classId } of masks) if (!known.has(classId)) throw nameless(classId);
}

// The number of its region for every pixel: about a millisecond for 1080p, for there are few runs in few regions.
function paintNumbers({ width, height }: CheckedMaps, masks: readonly Mask[]): Uint8Array {
  const numbers = new Uint8Array(width * height);
  for (const [i, { bytes }] of masks.entries()) {
    const runs = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    for (let r = 0; r + 2 < runs.length; r += 3) {
      const [row, begin, end] = runs.subarray(r, r + 3) as unknown as readonly [number, number, number];
      numbers.fill(i + 1, row * width + begin, row * width + end);
    }
  }
  return numbers;
}

// Painted in native code, compressed on libuv's threads. Where the maps are of a crop, the rest of the picture is black.
async function encode(maps: CheckedMaps, ids: Ids, colors: ReadonlyMap<number, Rgb>): Promise<Buffer> {
  const { width, height, sourceWidth, sourceHeight } = maps;
  const idCount = Array.from(colors.keys()).reduce((most, id) => Math.max(most, id + 1), 0);
  const table = new Uint8Array(4 * idCount);
  for (const [id, color] of colors) table.set([...color, 255], 4 * id);
  const rgba = await native().paintOverlay({
    map: bytesOf(ids),
    idBytes: ids.BYTES_PER_ELEMENT,
    width,
    height,
    picture: new Uint8Array(0),
    pictureNumbers: new Float64Array(0),
    pictureX: 0,
    pictureY: 0,
    colors: table,
    weight: 256,
    outlineWidth: 0,
    outlineColors: table,
    legend: noLegend,
  });
  const sharp = await loadDecoder();
  const picture = sharp(new Uint8Array(rgba), { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .extend({ right: sourceWidth - width, bottom: sourceHeight - height, background: "black" });
  try {
    return await picture.png().toBuffer();
  } catch (error) {
    const found = `${sourceWidth}×${sourceHeight}`;
    throw new DeepLabError(
      "IMAGE_TOO_LARGE",
      `A ${found} picture cannot be a PNG file: ${(error as Error).message}`,
      { detail: { found }, cause: error },
    );
  }
}
