// A video of overlays: RGBA pictures through a pipe to ffmpeg, the sound of the clip beside them.

import { rename, rm } from "node:fs/promises";
import path from "node:path";
import { DeepLabError } from "../../errors.js";
import { showPath } from "../../show.js";
import type { RgbaImage } from "../../visualize/picture.js";
import type { Input } from "../segment/inputs.js";
import { naming, temporaryName } from "../write-file.js";
import type { VideoEncoder } from "./encoders.js";
import { outputError } from "./output-error.js";
import { inputArguments, type VideoFacts } from "./probe.js";
import { Tool } from "./tool.js";

/** What is written, and how. */
export interface WriterParts {
  readonly file: string;
  readonly input: Input;
  readonly facts: VideoFacts;
  readonly encoder: VideoEncoder;
  /** Every how many frames of the video there is a picture. */
  readonly every: number;
  /** Whether frames may be left out: pictures that were written are kept then, to stand for them. */
  readonly hasGaps: boolean;
}

/** A video file that is being written: there whole after `finish`, not there otherwise. */
export class VideoWriter {
  readonly #parts: WriterParts;
  readonly #temporary: string;
  #tool: Tool | undefined;
  #size: { readonly width: number; readonly height: number } | undefined;
  /** A copy of the picture that was written last, where frames may be left out. */
  #last: Uint8Array | undefined;

  /** ffmpeg starts with the first picture, which says how large they are. */
  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#temporary = temporaryName(parts.file);
  }

  /**
   * Writes a picture; waits until ffmpeg has it.
   * @param leftOut Frames without a picture before it: the picture before stands for them, the first for those before it.
   * @throws an Error of the system, which names the file; DeepLabError INTERNAL with ffmpeg's own message
   */
  async write(picture: RgbaImage, leftOut: number): Promise<void> {
    this.#size ??= picture;
    this.#tool ??= new Tool("ffmpeg", writerArguments(this.#parts, this.#size, this.#temporary), "pipe");
    for (let i = 0; i < leftOut; i++) await this.#send(this.#tool, this.#last ?? picture.data);
    await this.#send(this.#tool, picture.data);
    if (!this.#parts.hasGaps) return;
    this.#last ??= new Uint8Array(picture.data.length);
    this.#last.set(picture.data);
  }

  // Until ffmpeg has all of it: its memory is somebody else's then.
  async #send({ child, ended }: Tool, data: Uint8Array): Promise<void> {
    const taken = new Promise<boolean>((resolve) => child.stdin?.write(data, (error) => resolve(!error)));
    if ((await Promise.race([taken, ended])) !== true) throw await this.#failure();
  }

  /** Ends the file and puts it in its place. @returns whether there is one: not without a picture */
  async finish(): Promise<boolean> {
    if (this.#tool === undefined) return false;
    this.#tool.child.stdin?.end();
    const { code } = await this.#tool.ended;
    if (code !== 0) throw await this.#failure();
    try {
      await rename(this.#temporary, this.#parts.file);
    } catch (error) {
      throw naming(error, this.#temporary, this.#parts.file);
    }
    return true;
  }

  /** Nothing is left of it, unless it was finished. */
  async discard(): Promise<void> {
    await this.#tool?.kill();
    await rm(this.#temporary, { force: true });
  }

  async #failure(): Promise<Error> {
    const end = await (this.#tool as Tool).ended;
    const ofSystem = outputError(end, this.#parts.file);
    if (ofSystem !== undefined) return ofSystem;
    const what =
      end.complaints.at(-1)?.replaceAll(path.resolve(this.#temporary), path.resolve(this.#parts.file)) ??
      "no reason given";
    const file = showPath(this.#parts.file);
    return new DeepLabError("INTERNAL", `ffmpeg cannot write ${file}: ${what}`, {
      detail: { found: file, reason: what },
      hint: "the message is ffmpeg's own.",
    });
  }
}

// What fits into an MP4 file as it is.
const copiedAudio = ["aac", "mp3", "ac3", "eac3", "alac", "opus"];

function writerArguments(
  { input, facts, encoder, every }: WriterParts,
  { width, height }: { readonly width: number; readonly height: number },
  file: string,
): string[] {
  const hasAudio = input.kind === "clip" && facts.audio.length > 0;
  const isCopied = facts.audio.every((codec) => copiedAudio.includes(codec));
  const [above, below] = facts.frameRate.split("/").map(Number);
  const filters = [
    "scale=out_color_matrix=bt709:out_range=tv",
    "format=yuv420p",
    "pad=ceil(iw/2)*2:ceil(ih/2)*2", // maps may be odd, where a package crops
    `setsar=${facts.pixelAspect.replace(":", "/")}`,
  ];
  return [
    ...["-nostdin", "-hide_banner", "-loglevel", "error", "-y"],
    ...["-f", "rawvideo", "-pixel_format", "rgba", "-video_size", `${width}x${height}`],
    ...["-framerate", `${above}/${(below ?? 1) * every}`, "-i", "pipe:0"],
    ...(hasAudio ? inputArguments(input) : []),
    ...["-map", "0:v:0", ...(hasAudio ? ["-map", "1:a", "-c:a", isCopied ? "copy" : "aac"] : [])],
    ...["-vf", filters.join(","), "-c:v", encoder.name, ...encoder.args],
    ...["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"],
    ...["-movflags", "+faststart", "-f", "mp4", `file:${path.resolve(file)}`],
  ];
}
