// deeplab-rt segment: pictures, clips and cameras in, overlays, maps and tables out. What is bad does not stop the rest.

import path from "node:path";
import { plain } from "../show.js";
import type { AddCommand } from "./command.js";
import { type CommandContext, describeError } from "./context.js";
import { exitCodes } from "./exit-codes.js";
import { chunks, inOrder } from "./in-order.js";
import { loadModel } from "./load-model.js";
import { makeOutputFolder } from "./output-folder.js";
import { CocoCollection } from "./segment/coco.js";
import { cocoFile } from "./segment/formats.js";
import { findInputs } from "./segment/inputs.js";
import type { Outcome } from "./segment/outcome.js";
import { withoutOwnOutputs } from "./segment/own-outputs.js";
import { type PictureWork, segmentPictures } from "./segment/pictures.js";
import { planTasks, type Task } from "./segment/plan.js";
import { Reporter } from "./segment/reporter.js";
import {
  checkClasses,
  parseSegmentOptions,
  type SegmentCommandOptions,
  type SegmentSettings,
  withSegmentOptions,
} from "./segment/settings.js";
import { readStdin } from "./segment/stdin.js";
import { findVideoEncoder } from "./video/encoders.js";
import { segmentVideo, type VideoWork } from "./video/segment-video.js";
import { removeLeftovers } from "./write-file.js";

/** Declares the command. */
export const addSegment: AddCommand = (program, { context, finish }) => {
  const command = program
    .command("segment")
    .description("segment pictures and videos: tables on the terminal, overlays and other files for each")
    .argument("<inputs...>", "pictures, folders, patterns, - (stdin), clips, rtsp: addresses or cameras");
  withSegmentOptions(command).action(async (inputs: string[], options: SegmentCommandOptions) =>
    finish(await segmentCommand(inputs, options, context)),
  );
};

/** Runs the command. @returns the exit code */
export async function segmentCommand(
  given: readonly string[],
  options: SegmentCommandOptions,
  context: CommandContext,
): Promise<number> {
  const settings = parseSegmentOptions(options);
  await makeOutputFolder(settings.output);
  const { inputs, leftOut } = withoutOwnOutputs(await findInputs(given, settings.recursive), settings);
  const isContinued = settings.existing === "skip";
  const coco = settings.formats.includes("coco")
    ? await CocoCollection.open(path.join(settings.output, cocoFile), isContinued, settings.classes)
    : undefined;
  const tasks = await planTasks(inputs, settings, coco ?? { exists: false, has: () => false });
  const toDo = tasks.filter(({ isDone }) => !isDone);
  const reporter = new Reporter(context, settings, {
    total: tasks.length,
    toDo: toDo.length,
    hasVideo: toDo.some(isVideo),
  });
  if (leftOut > 0) reporter.note(leftOutText(leftOut));
  try {
    if (toDo.length === 0) for (const task of tasks) reporter.report(skipped(task));
    else await segmentAll(tasks, { settings, options, context, reporter, coco });
  } finally {
    // Also after an error or Ctrl+C: what was done is not lost, and is reported even where it cannot be saved.
    if (coco !== undefined) {
      await coco
        .save(tasks.map(({ cocoName }) => cocoName))
        .catch((error) => reporter.outputFailed(coco.file, error));
    }
    reporter.end();
  }
  return reporter.hasFailures ? exitCodes.failed : exitCodes.ok;
}

interface Run {
  readonly settings: SegmentSettings;
  readonly options: SegmentCommandOptions;
  readonly context: CommandContext;
  readonly reporter: Reporter;
  readonly coco: CocoCollection | undefined;
}

async function segmentAll(
  tasks: readonly Task[],
  { settings, options, context, reporter, coco }: Run,
): Promise<void> {
  const { signal } = context;
  const toDo = tasks.filter(({ isDone }) => !isDone);
  await Promise.all(foldersOf(toDo, settings).map(removeLeftovers));
  // Before the model is loaded: what is missing is said at once.
  const encoder = toDo.some(isVideo) ? await findVideoEncoder(signal) : undefined;
  await using model = await loadModel(settings.model, options, context, webHosts(toDo));
  checkClasses(settings.classes, model.classNames);
  coco?.checkModel(model.info());
  const isPiped = toDo.some(({ input }) => input.kind === "stdin");
  const stdin = isPiped ? await readStdin(context.stdin, signal) : undefined;
  const pictures = { model, settings, signal, stdin, coco, onStep: () => reporter.step() };
  const onFrame: VideoWork["onFrame"] = (...facts) => reporter.frame(...facts);
  const videos = encoder && { model, settings, signal, encoder, onFrame };
  const rest = [...tasks];
  const names = tasks.map(({ cocoName }) => cocoName);
  const reportSkipped = () => {
    while (rest[0]?.isDone) reporter.report(skipped(rest.shift() as Task));
  };
  reportSkipped();
  for await (const outcome of outcomesOf(toDo, pictures, videos)) {
    reporter.report(outcome);
    rest.shift();
    reportSkipped();
    const notSaved = await coco?.saveNowAndThen(names);
    if (notSaved !== undefined) reporter.note(notSavedText(coco?.file, notSaved));
  }
}

function foldersOf(tasks: readonly Task[], { output }: SegmentSettings): string[] {
  const files = tasks.flatMap(({ toWrite }) => Object.values(toWrite));
  return [...new Set([output, ...files.map((file) => path.dirname(file))])];
}

function webHosts(tasks: readonly Task[]): string[] {
  const addresses = tasks.filter(({ input }) => input.kind === "picture" && /^https?:/i.test(input.id));
  return [...new Set(addresses.map(({ input }) => new URL(input.id).host))];
}

// In the order of the tasks. A video has the machine for itself.
async function* outcomesOf(
  tasks: readonly Task[],
  pictures: PictureWork,
  videos: VideoWork | undefined,
): AsyncGenerator<Outcome, void, undefined> {
  const { settings, signal } = pictures;
  for (const span of spans(tasks)) {
    const [first] = span;
    signal.throwIfAborted();
    if (first !== undefined && videos !== undefined && isVideo(first)) {
      yield await segmentVideo(first, videos);
      continue;
    }
    const segment = (group: Task[]) => segmentPictures(group, pictures);
    const groups = inOrder(chunks(span, settings.batch), settings.concurrency, segment);
    for await (const outcomes of groups) yield* outcomes;
  }
}

const isVideo = ({ input }: Task) => input.kind === "clip" || input.kind === "camera";

// Pictures that follow each other together, each video alone.
function spans(tasks: readonly Task[]): Task[][] {
  const all: Task[][] = [];
  for (const task of tasks) {
    const last = all.at(-1);
    const before = last?.[0];
    if (last === undefined || before === undefined || isVideo(task) || isVideo(before)) all.push([task]);
    else last.push(task);
  }
  return all;
}

const skipped = ({ input, files }: Task): Outcome => ({ kind: "skipped", name: input.name, files });

function notSavedText(file: string | undefined, error: unknown): string {
  return `${plain(file ?? "")} cannot be written as yet; it is tried again: ${describeError(error)}`;
}

function leftOutText(count: number): string {
  return count === 1
    ? "1 file left out: by its name it is an output of deeplab-rt."
    : `${count} files left out: by their names they are outputs of deeplab-rt.`;
}
