// Which inputs are worked on, and into which files: decided, and refused, before the model is loaded.

import { stat } from "node:fs/promises";
import path from "node:path";
import { DeepLabError } from "../../errors.js";
import { showPath } from "../../show.js";
import {
  cocoFile,
  type FileFormat,
  type Format,
  fileFormats,
  outputFile,
  videoFile,
  videoFormats,
} from "./formats.js";
import type { Input } from "./inputs.js";
import { pictureNames } from "./picture-names.js";
import { type Placed, placeOutputs } from "./places.js";
import type { SegmentSettings } from "./settings.js";

/** An input and its files. */
export interface Task {
  readonly input: Input;
  /** How COCO's file names it, and no other: its place among the inputs. */
  readonly cocoName: string;
  /** Paths by format, in the order in which they were asked for. */
  readonly files: Readonly<Partial<Record<FileFormat, string>>>;
  /** Those of them that are not there yet: with `--skip-existing` the others stay. */
  readonly toWrite: Task["files"];
  /** All its outputs are there, and stay. */
  readonly isDone: boolean;
}

/** What of COCO's file is there. */
export interface CocoState {
  readonly exists: boolean;
  readonly has: (cocoName: string) => boolean;
}

/**
 * The tasks in the order of the inputs.
 * @throws DeepLabError OPTION_INVALID where files would be replaced and nobody said so
 */
export async function planTasks(
  inputs: readonly Input[],
  { output, formats, existing }: SegmentSettings,
  coco: CocoState,
): Promise<Task[]> {
  const ofPictures = fileFormats(formats);
  const reserved = formats.includes("coco") ? [cocoFile] : [];
  const placed = placeOutputs(
    inputs,
    (stem) => ofPictures.map((format) => outputFile(stem, format)),
    reserved,
  );
  const tasks: Task[] = [];
  const inTheWay: string[] = coco.exists && existing === "refuse" ? [path.join(output, cocoFile)] : [];
  const cocoNames = pictureNames(inputs);
  for (const [i, { input, stem }] of placed.entries()) {
    const files = taskFiles(input, path.join(output, stem), formats);
    const present = existing === "replace" ? [] : await presentOf(Object.values(files));
    if (existing === "refuse") inTheWay.push(...present);
    const cocoName = cocoNames[i] ?? "";
    const toWrite = existing === "skip" ? without(files, present) : files;
    const isWritten = Object.keys(toWrite).length === 0;
    const isDone = existing === "skip" && isWritten && (!formats.includes("coco") || coco.has(cocoName));
    tasks.push({ input, cocoName, files, toWrite, isDone });
  }
  if (inTheWay.length > 0) throw wouldReplace(inTheWay);
  return tasks;
}

/** Where the outputs of these formats go. */
export function placeFor(inputs: readonly Input[], formats: readonly Format[]): Placed[] {
  const filesOf = (stem: string) => fileFormats(formats).map((format) => outputFile(stem, format));
  return placeOutputs(inputs, filesOf, formats.includes("coco") ? [cocoFile] : []);
}

function taskFiles(input: Input, stem: string, formats: readonly Format[]): Task["files"] {
  if (input.kind === "picture" || input.kind === "stdin") {
    return Object.fromEntries(fileFormats(formats).map((format) => [format, outputFile(stem, format)]));
  }
  const other = formats.find((format) => !videoFormats.includes(format));
  if (other !== undefined) throw notOfVideo(input, other);
  return Object.fromEntries(fileFormats(formats).map((format) => [format, videoFile(stem, format)]));
}

function without(files: Task["files"], present: readonly string[]): Task["files"] {
  return Object.fromEntries(Object.entries(files).filter(([, file]) => !present.includes(file)));
}

async function presentOf(files: readonly string[]): Promise<string[]> {
  const facts = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  return files.filter((_, i) => facts[i]?.isFile());
}

function wouldReplace(files: readonly string[]): DeepLabError {
  const [first = ""] = files;
  const what = files.length === 1 ? showPath(first) : `${files.length} outputs, such as ${showPath(first)},`;
  return new DeepLabError("OPTION_INVALID", `${what} would be replaced.`, {
    detail: { option: "--output", found: files.slice(0, 10) },
    hint: "pass --skip-existing to do only the rest, --overwrite to replace them, or another --output.",
  });
}

function notOfVideo({ name }: Input, format: Format): DeepLabError {
  return new DeepLabError("OPTION_INVALID", `Of ${showPath(name)}, a video, no ${format} can be written.`, {
    detail: { option: "--format", found: format, allowed: videoFormats },
    hint: "of videos --format takes overlay (a video) and json (a line for each frame).",
  });
}
