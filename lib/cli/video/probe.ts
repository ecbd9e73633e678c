// What a clip or camera is, as ffprobe says: exact sizes as ffmpeg will hand the frames over, colours, rate, sound.

import { DeepLabError } from "../../errors.js";
import { showPath } from "../../show.js";
import type { Input } from "../segment/inputs.js";
import { toolOutput } from "./tool.js";

/** The facts of a video that matter here. */
export interface VideoFacts {
  /** Size of a frame as it is seen: turned as the clip says, an odd last column or row being cut off. Pixels. */
  readonly width: number;
  readonly height: number;
  /** The same before it is cut. */
  readonly fullWidth: number;
  readonly fullHeight: number;
  /** How luma and chroma become RGB. */
  readonly matrix: "bt601" | "bt709";
  readonly range: "limited" | "full";
  /** Frames a second, as `30000/1001`. */
  readonly frameRate: string;
  /** How many frames there are; null for cameras, and where nobody knows. */
  readonly frames: number | null;
  /**
   * What they are counted by: how long the pictures last, how long all in the file does (its sound may be longer), or
   * times that may jump, as where recordings were joined.
   */
  readonly countedBy: "pictures" | "file" | "jumps";
  /** Width of a pixel by its height, as `4:3`; `1:1` as a rule. */
  readonly pixelAspect: string;
  /** Codecs of its sound. */
  readonly audio: readonly string[];
}

interface ProbedStream {
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly width?: number;
  readonly height?: number;
  readonly color_space?: string;
  readonly color_range?: string;
  readonly pix_fmt?: string;
  readonly avg_frame_rate?: string;
  readonly r_frame_rate?: string;
  readonly nb_frames?: string;
  readonly duration?: string;
  readonly sample_aspect_ratio?: string;
  readonly disposition?: { readonly attached_pic?: number };
  readonly tags?: { readonly rotate?: string; readonly DURATION?: string };
  readonly side_data_list?: readonly { readonly rotation?: number }[];
}

interface Probed {
  readonly streams?: readonly ProbedStream[];
  readonly format?: { readonly duration?: string; readonly format_name?: string };
}

const patience = 30_000;
// Formats whose times ffmpeg lets begin anew in the middle, as ffprobe names them.
const jumping = ["mpegts", "mpeg", "hls", "ogg"];
const usualRate = "25/1";
const mostRate = 1000;

// What comes live is looked at for a second, not for ffmpeg's usual five, and not collected before it is decoded.
const live = ["-fflags", "nobuffer", "-analyzeduration", "1000000"];

/** How ffmpeg and ffprobe are told to read it. */
export function inputArguments({ kind, id }: Input): string[] {
  if (kind === "camera") {
    if (id.startsWith("/dev/")) return [...live, "-f", "v4l2", "-i", id];
    return [...live, ...(/^rtsps?:/i.test(id) ? ["-rtsp_transport", "tcp"] : []), "-i", id];
  }
  // What a playlist of the web names is fetched too, but is no file of this machine.
  if (/^https?:/i.test(id))
    return ["-protocol_whitelist", "http,https,tcp,tls,httpproxy,crypto,data", "-i", id];
  // A playlist that calls itself a clip must not make ffmpeg fetch what it names.
  return ["-protocol_whitelist", "file,crypto,data", "-i", `file:${id}`];
}

/**
 * Asks ffprobe.
 * @throws DeepLabError IMAGE_NOT_FOUND, IMAGE_CORRUPT
 */
export async function probeVideo(input: Input, signal: AbortSignal): Promise<VideoFacts> {
  const args = ["-v", "error", "-show_streams", "-show_format", "-of", "json", ...inputArguments(input)];
  const { code, output, complaints } = await toolOutput("ffprobe", args, { signal, patience });
  if (code !== 0) throw unreadable(input, complaints, code === null);
  const probed = JSON.parse(output) as Probed;
  const video = (probed.streams ?? []).find(
    (stream) => stream.codec_type === "video" && stream.disposition?.attached_pic !== 1,
  );
  if (video?.width === undefined || video.height === undefined || video.width < 2 || video.height < 2) {
    throw unreadable(input, ["there is no video in it"]);
  }
  return videoFacts(input, probed, video, video.width, video.height);
}

function videoFacts(
  input: Input,
  { streams = [], format }: Probed,
  video: ProbedStream,
  width: number,
  height: number,
): VideoFacts {
  const isTurned = Math.abs(rotation(video)) % 180 === 90;
  const [fullWidth, fullHeight] = isTurned ? [height, width] : [width, height];
  const frameRate = rate(video);
  const ownDuration = video.duration === undefined ? seconds(video.tags?.DURATION) : Number(video.duration);
  const duration = ownDuration ?? Number(format?.duration);
  const ofPictures = ownDuration !== undefined || streams.length === 1 ? "pictures" : "file";
  const countedBy = jumping.includes(format?.format_name ?? "") ? "jumps" : ofPictures;
  const counted = Math.round(duration * rateNumber(frameRate));
  const isFull = video.color_range === "pc" || video.pix_fmt?.startsWith("yuvj") === true;
  return {
    fullWidth,
    fullHeight,
    width: fullWidth - (fullWidth % 2),
    height: fullHeight - (fullHeight % 2),
    matrix: /^bt709|^bt2020/.test(video.color_space ?? "") ? "bt709" : "bt601",
    range: isFull ? "full" : "limited",
    frameRate,
    frames: input.kind === "camera" || !(counted > 0) ? null : counted,
    countedBy,
    pixelAspect: pixelAspect(video.sample_aspect_ratio, isTurned),
    audio: streams.filter((stream) => stream.codec_type === "audio").map(({ codec_name = "" }) => codec_name),
  };
}

// Matroska's, as "00:01:02.345000000".
function seconds(text = ""): number | undefined {
  const [, hours, minutes, rest] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text) ?? [];
  return rest === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

// Newer versions say it in the side data, older ones as a tag.
function rotation(video: ProbedStream): number {
  const fromSide = video.side_data_list?.find((data) => data.rotation !== undefined)?.rotation;
  return Math.round(fromSide ?? Number(video.tags?.rotate ?? 0));
}

function rate({ avg_frame_rate, r_frame_rate }: ProbedStream): string {
  const isUsable = (text: string | undefined) => {
    const value = rateNumber(text ?? "");
    return value > 0 && value <= mostRate;
  };
  return [avg_frame_rate, r_frame_rate].find(isUsable) ?? usualRate;
}

/** `30000/1001` as a number. */
export function rateNumber(text: string): number {
  const [above = 0, below = 1] = text.split("/").map(Number);
  return above / below;
}

function pixelAspect(text: string | undefined, isTurned: boolean): string {
  const [, x = "1", y = "1"] = /^([1-9]\d*):([1-9]\d*)$/.exec(text ?? "") ?? [];
  return isTurned ? `${y}:${x}` : `${x}:${y}`;
}

function unreadable(input: Input, complaints: readonly string[], isLate = false): DeepLabError {
  const what = complaints.at(-1) ?? (isLate ? `no answer for ${patience / 1000} s` : "no reason given");
  const isAbsent = complaints.some((line) => /No such file or directory/.test(line));
  const detail = { found: showPath(input.name), reason: what };
  if (isAbsent)
    return new DeepLabError("IMAGE_NOT_FOUND", `There is no video ${showPath(input.name)}.`, { detail });
  return new DeepLabError("IMAGE_CORRUPT", `ffprobe cannot read ${showPath(input.name)}: ${what}`, {
    detail,
    hint: "check that ffplay shows it; for cameras, that the address is right and answers.",
  });
}
