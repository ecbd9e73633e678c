// The pictures of one call: segmented together, each written as soon as it is ready. One that fails fails alone.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { DeepLabError } from "../../errors.js";
import type { ImageSource } from "../../image/source.js";
import type { SemanticSegmentationModel } from "../../model.js";
import { writeWhole } from "../write-file.js";
import type { CocoCollection } from "./coco.js";
import { encode, neededParts, overlayStyle, resultFacts, type Segmented } from "./encode.js";
import type { FileFormat } from "./formats.js";
import type { Done, Failed } from "./outcome.js";
import type { Task } from "./plan.js";
import type { SegmentSettings } from "./settings.js";

/** What the pictures of one run of the command share. */
export interface PictureWork {
  readonly model: SemanticSegmentationModel;
  readonly settings: SegmentSettings;
  readonly signal: AbortSignal;
  /** What was piped in, where `-` is among the inputs. */
  readonly stdin: Buffer | undefined;
  /** Takes every picture, where COCO's file is among the formats. */
  readonly coco: CocoCollection | undefined;
  /** Told of every picture that is through. */
  readonly onStep: () => void;
}

// After these no other picture can be segmented either.
const endsAll = ["DEVICE_LOST", "CLOSED"];

/**
 * Segments and writes the pictures of these tasks.
 * @throws what is nobody's picture's: an abort, a lost device, the unforeseen
 */
export async function segmentPictures(tasks: readonly Task[], work: PictureWork): Promise<(Done | Failed)[]> {
  const results = await inferAll(tasks, work);
  return Promise.all(
    tasks.map(async (task, i) => {
      const result = results[i];
      const outcome = await guarded(task, work, async () => {
        if (result === undefined || "error" in result) throw result?.error;
        return await write(task, result, work);
      });
      work.onStep();
      return outcome;
    }),
  );
}

interface Refused {
  readonly error: unknown;
}

async function inferAll(tasks: readonly Task[], work: PictureWork): Promise<(Segmented | Refused)[]> {
  const [only] = tasks;
  if (tasks.length === 1 && only !== undefined) return [await inferOne(only, work)];
  const images = tasks.map((task) => sourceOf(task, work));
  const answers = await work.model.infer(images, { ...optionsOf(work), onError: "result" });
  return answers.map((answer) => ("error" in answer ? { error: answer.error } : (answer as Segmented)));
}

async function inferOne(task: Task, work: PictureWork): Promise<Segmented | Refused> {
  try {
    return (await work.model.infer(sourceOf(task, work), optionsOf(work))) as Segmented;
  } catch (error) {
    if (!isOfInput(error, work.signal)) throw error;
    return { error };
  }
}

/** What calls of `infer` are given. */
export function inferOptions(settings: SegmentSettings) {
  return { confidence: settings.confidence, include: neededParts(settings), ...overlayStyle(settings) };
}

const optionsOf = ({ settings, signal }: PictureWork) => ({ ...inferOptions(settings), signal });

function sourceOf({ input }: Task, { stdin }: PictureWork): ImageSource {
  if (input.kind === "stdin") return stdin ?? Buffer.alloc(0);
  // As a URL: a file may be called like an address ("data:x.jpg").
  return path.isAbsolute(input.id) ? pathToFileURL(input.id) : input.id;
}

async function write(task: Task, result: Segmented, work: PictureWork): Promise<Done> {
  const { settings, signal, coco } = work;
  const { name } = task.input;
  using _ = result; // its memory is the next picture's
  const classes = await result.classStats();
  for (const [format, file] of Object.entries(task.toWrite)) {
    const data = await encode(format as FileFormat, { name, result, classes }, settings);
    signal.throwIfAborted();
    await mkdir(path.dirname(file), { recursive: true });
    await writeWhole(file, data);
  }
  if (coco?.has(task.cocoName) === false) await coco.add(task.cocoName, result);
  const files = coco === undefined ? task.files : { ...task.files, coco: coco.file };
  return { kind: "done", name, files, ...resultFacts(result), classes };
}

async function guarded(
  { input }: Task,
  { signal }: PictureWork,
  work: () => Promise<Done>,
): Promise<Done | Failed> {
  try {
    return await work();
  } catch (error) {
    if (!isOfInput(error, signal)) throw error;
    return { kind: "failed", name: input.name, error };
  }
}

/** Whether an error is that of one input, so that the others can go on. */
export function isOfInput(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted) return false;
  if (error instanceof DeepLabError) return !endsAll.includes(error.code);
  return (error as NodeJS.ErrnoException | undefined)?.syscall !== undefined;
}
