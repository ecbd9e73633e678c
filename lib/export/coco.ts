// COCO's JSON of a data set, for detection: images, annotations, categories.

import {
  booleanOption,
  choiceOption,
  integerOption,
  invalidOption,
  optionObject,
  signalOption,
} from "../checks.js";
import { callSite, fromNative } from "../errors.js";
import { whileReading } from "../result-memory.js";
import type { CheckedMaps } from "../visualize/maps.js";
import type { ClassChoice } from "./classes.js";
import { type Categories, type CocoCategory, categoriesOf } from "./coco-categories.js";
import { type CheckedItem, checkedItems, type ExportItem, type ExportItems } from "./items.js";
import { type Box, exportMasks, type Mask, type MaskTask } from "./masks.js";
import { areaOption, toleranceOption, tracedRegions } from "./polygons.js";
import { numbersOf, type Rle, textOf } from "./rle.js";
import { Turns } from "./turns.js";

/** Options of {@link toCOCO}. */
export interface CocoOptions {
  /** Which classes, by name or id. @default all but the background */
  readonly classes?: ClassChoice | undefined;
  /**
   * Categories of the data set, for classes of the same names. Classes with pixels must have one, unless `classes`
   * leaves them out. @default every class but the background, its class id being the category's
   */
  readonly categories?: readonly CocoCategory[] | undefined;
  /** Run-length codes, or polygons. @default "rle" */
  readonly segmentation?: "rle" | "polygon" | undefined;
  /** One annotation a connected region (pixels that touch along an edge) instead of one a class. @default false */
  readonly perComponent?: boolean | undefined;
  /** Regions of fewer pixels are left out; needs `perComponent` or polygons. @default 0 */
  readonly minArea?: number | undefined;
  /** Of polygons, in pixels, as in `toPolygons`. @default 0, exact */
  readonly tolerance?: number | undefined;
  /** Run-length codes as COCO's text; false: as numbers. @default true */
  readonly compressed?: boolean | undefined;
  /**
   * `iscrowd` of every annotation: COCO has 1 for run-length codes and 0 for polygons, and its evaluation passes over
   * what it matches with a 1. Trainers that read run-length codes of objects want 0. @default as COCO has it
   */
  readonly iscrowd?: 0 | 1 | undefined;
  /** Whether annotations carry `score`, the mean confidence of their pixels; the maps need one. @default false */
  readonly scores?: boolean | undefined;
  /** Ends the work, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A picture of the data set. */
export interface CocoItem extends ExportItem {
  /** Its id in the file, a whole number. @default 1 for the first, then one more than the one before */
  readonly id?: number | undefined;
}

/** An entry of `images`. */
export interface CocoImage {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly file_name: string;
}

/** An entry of `annotations`. */
export interface CocoAnnotation {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  /**
   * A run-length code, or rings x0, y0, x1, y1, … in pixels of the picture. COCO knows no holes: each is joined to its
   * ring by a cut of no width, which COCO's readers fill as a hole.
   */
  readonly segmentation: Rle | readonly (readonly number[])[];
  /** Pixels, of the region as it is in the map. */
  readonly area: number;
  readonly bbox: Box;
  readonly iscrowd: 0 | 1;
  /** Mean confidence; only with the option `scores`. */
  readonly score?: number;
}

/** COCO's file; `JSON.stringify` writes it. */
export interface CocoFile {
  readonly images: CocoImage[];
  readonly annotations: CocoAnnotation[];
  readonly categories: readonly CocoCategory[];
}

interface Settings extends Pick<MaskTask, "classes" | "byRegion" | "minArea" | "scores" | "signal"> {
  readonly categories: unknown;
  readonly polygons: boolean;
  readonly tolerance: number;
  readonly compressed: boolean;
  readonly iscrowd: 0 | 1;
}

const known = [
  "classes",
  "categories",
  "segmentation",
  "perComponent",
  "minArea",
  "tolerance",
  "compressed",
  "iscrowd",
  "scores",
  "signal",
];

/**
 * The segmentation of pictures as COCO's detection JSON. Sizes and places are those of the pictures, also where maps are
 * of a crop at their top left.
 * @param items Pictures, all with the same classes. An async iteration is read one picture at a time.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID; `signal.reason`; what the iteration throws
 */
export function toCOCO(items: ExportItems<CocoItem>, options: CocoOptions = {}): Promise<CocoFile> {
  return fromNative(collect(items, options), callSite(toCOCO));
}

async function collect(items: unknown, options: CocoOptions): Promise<CocoFile> {
  const settings = readOptions(options);
  const images: CocoImage[] = [];
  const annotations: CocoAnnotation[] = [];
  const ids = new Set<number>();
  let categories: Categories | undefined;
  for await (const item of checkedItems(items, "toCOCO()")) {
    settings.signal?.throwIfAborted();
    categories ??= categoriesOf(settings.categories, settings.classes, item.maps);
    const image = imageOf(item, images, ids);
    images.push(image);
    const turns = new Turns(settings.signal);
    const { maps, given } = item;
    const known = categories;
    // A result that is disposed of between the iteration's ticks and here says so.
    const parts = await whileReading(given, "toCOCO()", () => annotate(maps, settings, known));
    for (const part of parts) {
      if (turns.due) await turns.next();
      annotations.push({ id: annotations.length + 1, image_id: image.id, ...part });
    }
  }
  return { images, annotations, categories: categories?.list ?? [] };
}

function readOptions(options: CocoOptions): Settings {
  const given = optionObject(options, "options of toCOCO()", known);
  const polygons = choiceOption(given.segmentation, "segmentation", ["rle", "polygon"], "rle") === "polygon";
  const byRegion = booleanOption(given.perComponent, "perComponent", false);
  return {
    classes: given.classes,
    categories: given.categories,
    polygons,
    byRegion,
    minArea: areaOption(given.minArea, byRegion || polygons, 'perComponent or segmentation: "polygon"'),
    tolerance: toleranceOption(given.tolerance, polygons),
    compressed: booleanOption(given.compressed, "compressed", true),
    iscrowd: integerOption(given.iscrowd, "iscrowd", 0, 1, polygons ? 0 : 1) as 0 | 1,
    scores: booleanOption(given.scores, "scores", false),
    signal: signalOption(given.signal),
  };
}

function imageOf(
  { maps, fileName, id }: CheckedItem,
  before: readonly CocoImage[],
  ids: Set<number>,
): CocoImage {
  const next = (before.at(-1)?.id ?? 0) + 1;
  const own = integerOption(id, "id of an item for toCOCO()", 0, Number.MAX_SAFE_INTEGER, next);
  if (ids.has(own))
    invalidOption("id of an item for toCOCO()", "another than the same id of an earlier one", own);
  ids.add(own);
  return { id: own, width: maps.sourceWidth, height: maps.sourceHeight, file_name: fileName };
}

type Part = Omit<CocoAnnotation, "id" | "image_id">;

async function annotate(maps: CheckedMaps, settings: Settings, categories: Categories): Promise<Part[]> {
  const { polygons, byRegion, compressed, iscrowd, scores } = settings;
  const task = { ...settings, maps, where: "toCOCO()", classes: categories.classes, wholePicture: true };
  const part = (mask: Mask, segmentation: CocoAnnotation["segmentation"]): Part => ({
    category_id: categories.idOf(mask),
    segmentation,
    area: mask.area,
    bbox: mask.bbox,
    iscrowd,
    ...(scores ? { score: mask.meanConfidence } : {}),
  });
  if (polygons) {
    const regions = await tracedRegions({ ...task, byRegion: true }, { ...settings, joined: true });
    const outlined = byRegion ? regions : await ofClasses(regions, new Turns(settings.signal));
    return inTurns(outlined, settings, ({ mask, rings }) => part(mask, rings));
  }
  const size = [maps.sourceHeight, maps.sourceWidth] as const;
  const masks = await exportMasks({ ...task, format: compressed ? "text" : "counts" });
  return inTurns(masks, settings, async (mask, turns) =>
    part(mask, { size, counts: compressed ? textOf(mask.bytes) : await numbersOf(mask.bytes, turns) }),
  );
}

async function inTurns<T>(
  list: readonly T[],
  { signal }: Settings,
  make: (entry: T, turns: Turns) => Part | Promise<Part>,
): Promise<Part[]> {
  const turns = new Turns(signal);
  const parts: Part[] = [];
  for (const entry of list) {
    if (turns.due) await turns.next();
    parts.push(await make(entry, turns));
  }
  return parts;
}

interface Outlined {
  readonly mask: Mask;
  readonly rings: readonly (readonly number[])[];
}

// The regions of each class as one; they come class by class.
async function ofClasses(regions: readonly Outlined[], turns: Turns): Promise<Outlined[]> {
  const classes: { mask: Mask; rings: (readonly number[])[] }[] = [];
  for (const { mask, rings } of regions) {
    if (turns.due) await turns.next();
    const last = classes.at(-1);
    if (last === undefined || last.mask.classId !== mask.classId) classes.push({ mask, rings: [...rings] });
    else {
      for (const ring of rings) last.rings.push(ring);
      last.mask = together(last.mask, mask);
    }
  }
  return classes;
}

function together(a: Mask, b: Mask): Mask {
  const [x, y] = [Math.min(a.bbox[0], b.bbox[0]), Math.min(a.bbox[1], b.bbox[1])];
  const right = Math.max(a.bbox[0] + a.bbox[2], b.bbox[0] + b.bbox[2]);
  const bottom = Math.max(a.bbox[1] + a.bbox[3], b.bbox[1] + b.bbox[3]);
  const area = a.area + b.area;
  const meanConfidence = (a.meanConfidence * a.area + b.meanConfidence * b.area) / area;
  return { ...a, area, bbox: [x, y, right - x, bottom - y], meanConfidence };
}
