// Which of ffmpeg's encoders writes the overlays: builds differ in what they hold.

import { DeepLabError } from "../../errors.js";
import { toolOutput } from "./tool.js";

/** An encoder and its settings. */
export interface VideoEncoder {
  readonly name: string;
  readonly args: readonly string[];
}

// The best first. Quality is set so that the edges of classes stay sharp.
const encoders: readonly VideoEncoder[] = [
  { name: "libx264", args: ["-preset", "veryfast", "-crf", "18"] },
  { name: "libopenh264", args: ["-b:v", "8M"] },
  { name: "mpeg4", args: ["-q:v", "3"] },
];
const patience = 20_000;

/**
 * Looks for ffmpeg and ffprobe, and for an encoder.
 * @throws DeepLabError IMAGE_DECODER_UNAVAILABLE
 */
export async function findVideoEncoder(signal: AbortSignal): Promise<VideoEncoder> {
  const limits = { signal, patience };
  const { output } = await toolOutput("ffmpeg", ["-hide_banner", "-encoders"], limits);
  await toolOutput("ffprobe", ["-version"], limits);
  const listed = new Set([...output.matchAll(/^ *V\S* +(\S+)/gm)].map(([, name]) => name));
  const found = encoders.find(({ name }) => listed.has(name));
  if (found !== undefined) return found;
  const names = encoders.map(({ name }) => name).join(", ");
  throw new DeepLabError(
    "IMAGE_DECODER_UNAVAILABLE",
    `This ffmpeg has no encoder for video among ${names}.`,
    {
      detail: { allowed: encoders.map(({ name }) => name) },
      hint: "install a build of ffmpeg with libx264.",
    },
  );
}
