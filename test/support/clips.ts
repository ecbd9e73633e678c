// Clips that ffmpeg itself makes, and what is in the videos that come out.

import { execFileSync, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";

/** Tests of videos are skipped without it. */
export const hasFfmpeg = ["ffmpeg", "ffprobe"].every((tool) => spawnSync(tool, ["-version"]).status === 0);

/** Runs ffmpeg. @returns its output */
export function ffmpeg(args: readonly string[], input?: Uint8Array): Buffer {
  return execFileSync("ffmpeg", ["-v", "error", "-y", ...args], { input, maxBuffer: 2 ** 30 });
}

/** How frames of a clip come. */
export interface Frames {
  readonly width: number;
  readonly height: number;
  readonly rate: number;
}

/** The gray of the n-th frame of {@link grayClip}: far enough from its neighbours' to be told from them. */
const grayOf = (frame: number) => 16 + 4 * frame;

/** A clip of so many gray frames, each a little lighter than the one before; 54 at most. `more` are ffmpeg's options. */
export function grayClip(file: string, count: number, frames: Frames, ...more: readonly string[]): void {
  const { width, height, rate } = frames;
  const raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${width}x${height}`, "-r", `${rate}`];
  const data = Array.from({ length: count }, (_, i) => Buffer.alloc(width * height * 3, grayOf(i)));
  const codec = ["-c:v", "libx264", "-crf", "1", "-bf", "0", "-pix_fmt", "yuv420p"];
  ffmpeg([...raw, "-i", "pipe:0", ...codec, ...more, file], Buffer.concat(data));
}

/** Which frame of {@link grayClip} every frame of a video shows, by its middle. */
export function grayFramesOf(file: string): number[] {
  const middle = [
    "-vf",
    "crop=2:2",
    "-fps_mode",
    "passthrough",
    "-f",
    "rawvideo",
    "-pix_fmt",
    "rgb24",
    "pipe:1",
  ];
  const pixels = ffmpeg(["-i", file, ...middle]);
  return Array.from({ length: pixels.length / 12 }, (_, i) => Math.round(((pixels[i * 12] ?? 0) - 16) / 4));
}

/** The first stream of pictures, as ffprobe describes it. */
export function streamOf(file: string): unknown {
  const args = ["-v", "error", "-select_streams", "v:0", "-show_streams", "-of", "json", file];
  return JSON.parse(execFileSync("ffprobe", args, { encoding: "utf8" })).streams[0];
}

/** The frames of a video of 320 × 240 pixels, in RGB. */
export function framesOf(file: string): Uint8Array[] {
  const size = 320 * 240 * 3;
  const pixels = ffmpeg([
    "-i",
    file,
    "-fps_mode",
    "passthrough",
    "-f",
    "rawvideo",
    "-pix_fmt",
    "rgb24",
    "pipe:1",
  ]);
  return Array.from({ length: pixels.length / size }, (_, i) => pixels.subarray(i * size, (i + 1) * size));
}

/** The frames of a file of lines. */
export async function linesOf<Line>(file: string): Promise<Line[]> {
  const text = (await readFile(file, "utf8")).trim();
  return text.split("\n").map((line) => JSON.parse(line) as Line);
}
