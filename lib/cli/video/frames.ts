// The frames of a video as raw pictures: ffmpeg decodes, turns and counts them out, NV12 comes through a pipe.

import { DeepLabError } from "../../errors.js";
import type { RawImage } from "../../image/raw.js";
import { showPath } from "../../show.js";
import type { Input } from "../segment/inputs.js";
import { endsEarly } from "./ends-early.js";
import { inputArguments, type VideoFacts } from "./probe.js";
import { Tool } from "./tool.js";

/** Which frames are wanted. */
export interface FrameWish {
  /** Every how many frames. */
  readonly every: number;
  /** At the pace of the clip instead of as fast as it can be read. */
  readonly atItsPace: boolean;
}

/** A video that is being read. */
export class VideoReader {
  readonly #input: Input;
  readonly #facts: VideoFacts;
  readonly #every: number;
  readonly #tool: Tool;
  #isStopped = false;
  #hasFailed = false;

  /** Starts ffmpeg. */
  constructor(input: Input, facts: VideoFacts, wish: FrameWish) {
    this.#input = input;
    this.#facts = facts;
    this.#every = wish.every;
    this.#tool = new Tool("ffmpeg", readerArguments(input, facts, wish));
  }

  /**
   * The frames, each in memory of its own that nobody writes to again. No more is read than is asked for.
   * @throws DeepLabError IMAGE_CORRUPT, also after frames where more should have come
   */
  async *frames(): AsyncGenerator<RawImage, void, undefined> {
    const { width, height, matrix, range } = this.#facts;
    const size = width * height * 1.5;
    let count = 0;
    try {
      for await (const data of exactPieces(this.#tool.child.stdout as AsyncIterable<Buffer>, size)) {
        count += 1;
        yield { data, width, height, colorFormat: "nv12", matrix, range };
      }
    } catch (error) {
      if (!this.#isStopped) throw error; // a pipe that we closed
    }
    const { code, complaints } = await this.#tool.ended;
    if (this.#isStopped) return;
    if (code !== 0 || count === 0) {
      this.#hasFailed = true;
      throw broken(this.#input, complaints, count);
    }
    const isClip = this.#input.kind === "clip"; // a camera may leave when it likes
    if (isClip && endsEarly(this.#facts, count * this.#every, complaints)) {
      throw cutOff(this.#input, this.#facts, count * this.#every, complaints);
    }
  }

  /** Whether ffmpeg failed, or there was no frame at all. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** What ffmpeg complained of last, when it has ended: with a video that is done, nothing that stopped it. */
  async complaints(): Promise<readonly string[]> {
    return (await this.#tool.ended).complaints;
  }

  /** No more frames: those that were handed over stay good. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#tool.kill();
  }
}

/** What comes, in pieces of exactly this size; a shorter last one is left out. */
export async function* exactPieces(
  source: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; ) {
      const part = chunk.subarray(start, start + size - filled);
      piece.set(part, filled);
      start += part.length;
      filled += part.length;
      if (filled < size) break;
      yield piece;
      piece = new Uint8Array(size);
      filled = 0;
    }
  }
}

function readerArguments(input: Input, facts: VideoFacts, { every, atItsPace }: FrameWish): string[] {
  const { width, height, fullWidth, fullHeight, matrix, range, frameRate } = facts;
  const filters = [
    // A constant rate: what we write has no other, and sound stays with the pictures. Of a clip from its beginning, also
    // where the first frames cannot be decoded.
    `fps=${frameRate}${input.kind === "clip" ? ":start_time=0" : ""}`,
    ...(every > 1 ? [`framestep=${every}`] : []),
    // Whatever the stream changes to on its way, a frame stays as large as we were told.
    `scale=${fullWidth}:${fullHeight}:out_color_matrix=${matrix}:out_range=${range === "full" ? "pc" : "tv"}`,
    "format=nv12",
    `crop=${width}:${height}:0:0`,
  ];
  return [
    ...["-nostdin", "-hide_banner", "-loglevel", "error"],
    ...(atItsPace && input.kind === "clip" ? ["-re"] : []),
    ...inputArguments(input),
    ...["-map", "0:V:0", "-vf", filters.join(","), "-pix_fmt", "nv12", "-f", "rawvideo", "pipe:1"],
  ];
}

const rescue =
  "fetch it again, or let ffmpeg write what can be read of it: ffmpeg -i CLIP -c copy RESCUED.mkv";

function cutOff(
  input: Input,
  { frames: expected }: VideoFacts,
  frames: number,
  complaints: readonly string[],
): DeepLabError {
  const of = expected === null ? "" : ` of about ${expected}`;
  const why = complaints.at(-1);
  const name = showPath(input.name);
  const message = `The video ${name} is cut off or damaged: it ends after ${frames} frames${of}`;
  return new DeepLabError("IMAGE_CORRUPT", why === undefined ? `${message}.` : `${message}: ${why}`, {
    detail: { found: name, frames, expected, complaints },
    hint: rescue,
  });
}

function broken(input: Input, complaints: readonly string[], count: number): DeepLabError {
  const what = complaints.at(-1) ?? "no reason given";
  const where = count === 0 ? "has no frame that can be decoded" : `ends after ${count} frames`;
  return new DeepLabError("IMAGE_CORRUPT", `The video ${showPath(input.name)} ${where}: ${what}`, {
    detail: { found: showPath(input.name), frames: count, reason: what },
  });
}
