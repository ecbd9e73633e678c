// One clip or camera from end to end: frames in, an overlay and a line of facts for each out.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { whenAborted } from "../../abort.js";
import type { SemanticSegmentationModel } from "../../model.js";
import { Rate } from "../rate.js";
import { paintedOverlay, resultFacts, type Segmented } from "../segment/encode.js";
import type { DoneVideo, Failed } from "../segment/outcome.js";
import { inferOptions, isOfInput } from "../segment/pictures.js";
import type { Task } from "../segment/plan.js";
import type { SegmentSettings } from "../segment/settings.js";
import type { VideoEncoder } from "./encoders.js";
import { VideoReader } from "./frames.js";
import { LinesWriter } from "./lines-writer.js";
import { MeanStats } from "./mean-stats.js";
import { probeVideo, rateNumber, type VideoFacts } from "./probe.js";
import { VideoWriter } from "./writer.js";

/** What the videos of one run of the command share. */
export interface VideoWork {
  readonly model: SemanticSegmentationModel;
  readonly settings: SegmentSettings;
  readonly signal: AbortSignal;
  readonly encoder: VideoEncoder;
  /** Told after every frame. `of` and `remaining` (ms) are null where nobody knows. */
  readonly onFrame: (
    done: number,
    of: number | null,
    perSecond: number | null,
    remaining: number | null,
  ) => void;
}

/**
 * Segments a video. Ctrl+C or damage drops a clip; what a camera has given until then is kept, also where it is lost.
 * @throws what is not this video's: an abort, a lost device, the unforeseen
 */
export async function segmentVideo(task: Task, work: VideoWork): Promise<DoneVideo | Failed> {
  try {
    const facts = await probeVideo(task.input, work.signal);
    return await segmentFrames(task, facts, work);
  } catch (error) {
    if (!isOfInput(error, work.signal)) throw error;
    return { kind: "failed", name: task.input.name, error };
  }
}

async function segmentFrames(task: Task, facts: VideoFacts, work: VideoWork): Promise<DoneVideo> {
  const { settings, signal } = work;
  const isLive = task.input.kind === "camera";
  const { every, latestOnly } = settings;
  const reader = new VideoReader(task.input, facts, { every, atItsPace: latestOnly });
  const outputs = new Outputs(task, facts, work);
  const release = whenAborted(signal, () => reader.stop());
  try {
    await readAll(reader, facts, outputs, work);
    if (!isLive) signal.throwIfAborted();
    await outputs.finish();
  } catch (error) {
    // Hours of a camera are not thrown away for its last second.
    if (isLive && reader.hasFailed && outputs.frames > 0) await outputs.finish();
    throw error;
  } finally {
    release();
    await reader.stop();
    await outputs.discard();
  }
  const { frames, skipped, stats, width, height } = outputs;
  const frameRate = rateNumber(facts.frameRate) / every;
  const complaints = await reader.complaints();
  const { name } = task.input;
  return {
    kind: "video",
    name,
    files: task.files,
    width,
    height,
    frames,
    skipped,
    frameRate,
    classes: stats.means,
    complaints,
  };
}

async function readAll(
  reader: VideoReader,
  facts: VideoFacts,
  outputs: Outputs,
  { model, settings, signal, onFrame }: VideoWork,
): Promise<void> {
  const { latestOnly, every } = settings;
  const of = facts.frames === null ? null : Math.ceil(facts.frames / every);
  const rate = new Rate();
  const concurrency = latestOnly ? {} : { concurrency: settings.concurrency };
  const stream = model.stream(reader.frames(), {
    ...inferOptions(settings),
    ...concurrency,
    latestOnly,
    copyInput: false, // a frame's memory is written once
  });
  for await (const { index, result } of stream) {
    using frame = result as unknown as Segmented; // its memory is the next frame's
    await outputs.write(index, frame);
    rate.step();
    // Counted, not known: the last frames may be one more or less than the duration says.
    const done = latestOnly ? index + 1 : rate.done;
    const left = of === null ? null : Math.max(of - done, 0);
    const total = of === null ? null : Math.max(of, done);
    onFrame(done, total, rate.perSecond, left === null || latestOnly ? null : rate.remaining(left));
    if (signal.aborted) return;
  }
}

/** The files of one video, and what is counted meanwhile. */
class Outputs {
  readonly stats = new MeanStats();
  width = 0;
  height = 0;
  frames = 0;
  skipped = 0;
  readonly #facts: VideoFacts;
  readonly #settings: SegmentSettings;
  readonly #folder: string;
  readonly #video: VideoWriter | undefined;
  readonly #lines: LinesWriter | undefined;
  #written = 0;

  constructor(task: Task, facts: VideoFacts, { settings, encoder }: VideoWork) {
    const { every, latestOnly } = settings;
    const { overlay, json } = task.toWrite;
    this.#facts = facts;
    this.#settings = settings;
    this.#folder = path.dirname(overlay ?? json ?? "");
    const parts = { input: task.input, facts, encoder, every, hasGaps: latestOnly };
    this.#video = overlay === undefined ? undefined : new VideoWriter({ file: overlay, ...parts });
    this.#lines = json === undefined ? undefined : new LinesWriter(json);
  }

  /** One result, and what stands for the frames that were left out before it: the video keeps its time. */
  async write(index: number, result: Segmented): Promise<void> {
    const classes = await result.classStats();
    if (this.frames === 0) await mkdir(this.#folder, { recursive: true });
    const leftOut = index - this.#written;
    this.skipped += leftOut;
    await this.#video?.write(await paintedOverlay(result, this.#settings), leftOut);
    const frame = index * this.#settings.every;
    const time = frame / rateNumber(this.#facts.frameRate);
    await this.#lines?.write({ frame, time, ...resultFacts(result), classes });
    this.stats.add(classes);
    this.#written = index + 1;
    this.frames += 1;
    this.width = result.width;
    this.height = result.height;
  }

  async finish(): Promise<void> {
    await this.#video?.finish();
    await this.#lines?.finish();
  }

  async discard(): Promise<void> {
    await this.#video?.discard();
    await this.#lines?.discard();
  }
}
