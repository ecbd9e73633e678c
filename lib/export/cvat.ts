// CVAT's "Segmentation mask 1.1": a folder of colour pictures in Pascal VOC's layout.

import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { booleanOption, optionObject, signalOption } from "../checks.js";
import { withStaging } from "../compile/staging.js";
import { callSite, DeepLabError, fromNative } from "../errors.js";
import { whileReading } from "../result-memory.js";
import { show, showPath } from "../show.js";
import type { CheckedMaps } from "../visualize/maps.js";
import type { ClassChoice } from "./classes.js";
import { type CvatLabel, labelMapOf, labelsOf } from "./cvat-labels.js";
import { cvatName, Places, placeOf } from "./cvat-names.js";
import { classPicture, objectPicture } from "./cvat-pictures.js";
import { checkedItems, type ExportItems } from "./items.js";
import { checkedCanvas } from "./masks.js";
import { pngSize } from "./png.js";
import { areaOption } from "./polygons.js";

/** Options of {@link toCVAT}. */
export interface CvatOptions {
  /** Which classes, by name or id; the others become background. @default all but the background */
  readonly classes?: ClassChoice | undefined;
  /** One object a connected region (pixels that touch along an edge) instead of one a class. @default false */
  readonly perComponent?: boolean | undefined;
  /** Regions of fewer pixels are no objects; needs `perComponent`. @default 0 */
  readonly minArea?: number | undefined;
  /** Ends the work, with the signal's reason; nothing is left then. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link toCVAT} wrote. */
export interface CvatReport {
  /** The folder, absolute. */
  readonly folder: string;
  /** Pictures in it. */
  readonly images: number;
  /** Names of its labels, the background first. */
  readonly labels: readonly string[];
}

/**
 * Writes a folder for CVAT's import of "Segmentation mask 1.1" (zip its content): `labelmap.txt`,
 * `ImageSets/Segmentation/default.txt`, `SegmentationClass/` and `SegmentationObject/`. It is made beside its place and
 * renamed when it is whole. CVAT finds a picture by its file name without the extension.
 * @param folder Must not be there, or be empty.
 * @param items Pictures, all with the same classes. An async iteration is read one picture at a time.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID (also for more than 255 objects in a picture, which the format
 *   cannot say), IMAGE_TOO_LARGE, IMAGE_DECODER_UNAVAILABLE; `signal.reason`; what the iteration throws
 */
export function toCVAT(folder: string, items: ExportItems, options: CvatOptions = {}): Promise<CvatReport> {
  return fromNative(write(folder, items, options), callSite(toCVAT));
}

/** How the pictures are made. */
export interface CvatSettings {
  readonly classes: unknown;
  readonly byRegion: boolean;
  readonly minArea: number;
  readonly signal: AbortSignal | undefined;
}

async function write(folder: unknown, items: unknown, options: CvatOptions): Promise<CvatReport> {
  const known = ["classes", "perComponent", "minArea", "signal"];
  const given = optionObject(options, "options of toCVAT()", known);
  const byRegion = booleanOption(given.perComponent, "perComponent", false);
  const settings: CvatSettings = {
    classes: given.classes,
    byRegion,
    minArea: areaOption(given.minArea, byRegion, "perComponent"),
    signal: signalOption(given.signal),
  };
  if (typeof folder !== "string" || folder === "" || folder.includes("\0")) throw refused(folder, "no path");
  const output = path.resolve(folder);
  const check = () => checkEmpty(output);
  await check();
  return withStaging(
    output,
    async (staging) => ({ folder: output, ...(await fill(staging, items, settings)) }),
    check,
  );
}

async function fill(
  folder: string,
  items: unknown,
  settings: CvatSettings,
): Promise<Omit<CvatReport, "folder">> {
  const names: string[] = [];
  let labels: CvatLabel[] | undefined;
  const places = new Places();
  const keyOf = (fileName: string) => placeOf(cvatName(fileName));
  for await (const { maps, given, fileName } of checkedItems(items, "toCVAT()", { keyOf, areFiles: true })) {
    settings.signal?.throwIfAborted();
    labels ??= labelsOf(maps, settings.classes);
    const known = labels;
    const name = cvatName(fileName);
    places.add(name);
    await whileReading(given, "toCVAT()", () => writePictures(folder, name, maps, known, settings));
    names.push(name);
  }
  await writeInto(path.join(folder, "labelmap.txt"), labelMapOf(labels ?? []));
  const list = path.join(folder, "ImageSets", "Segmentation", "default.txt");
  await writeInto(list, names.map((name) => `${name}\n`).join(""));
  return { images: names.length, labels: (labels ?? []).map(({ name }) => name) };
}

async function writePictures(
  folder: string,
  name: string,
  maps: CheckedMaps,
  labels: readonly CvatLabel[],
  settings: CvatSettings,
): Promise<void> {
  const task = { maps, where: "toCVAT()", format: "runs", wholePicture: true } as const;
  const [width, height] = checkedCanvas(task);
  pngSize({ width, height });
  const [ofClasses, ofObjects] = await Promise.all([
    classPicture(maps, labels),
    objectPicture(maps, labels, settings),
  ]);
  await writeInto(path.join(folder, "SegmentationClass", `${name}.png`), ofClasses);
  await writeInto(path.join(folder, "SegmentationObject", `${name}.png`), ofObjects);
}

// In the folder that is being filled, which is there.
async function writeInto(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  } catch (error) {
    throw new DeepLabError("OPTION_INVALID", `toCVAT() cannot write: ${(error as Error).message}`, {
      detail: { option: "folder", found: showPath(file), reason: (error as NodeJS.ErrnoException).code },
      hint: "name a folder with room and a shorter path, or pictures with shorter names.",
      cause: error,
    });
  }
}

async function checkEmpty(output: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(output);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    throw refused(output, code === "ENOTDIR" ? "it is a file" : (error as Error).message);
  }
  if (names.length > 0) throw refused(output, "it is not empty");
}

function refused(output: unknown, why: string): DeepLabError {
  const shown = typeof output === "string" ? showPath(output) : show(output);
  return new DeepLabError("OPTION_INVALID", `The folder ${shown} for toCVAT() cannot be used: ${why}.`, {
    detail: { option: "folder", found: shown, reason: why },
    hint: "name a folder that is not there yet.",
  });
}
