// What `segment` can write, and under which names.

/** All formats, as `--format` takes them. */
export const formatNames = ["overlay", "mask", "color", "json", "coco", "rle"] as const;

/** One of {@link formatNames}. */
export type Format = (typeof formatNames)[number];

/** Formats with a file a picture. */
export type FileFormat = Exclude<Format, "coco">;

const suffixes: Readonly<Record<FileFormat, string>> = {
  overlay: ".overlay.png",
  mask: ".mask.png",
  color: ".color.png",
  json: ".json",
  rle: ".rle.json",
};

/** The one file that COCO's format has for all pictures. */
export const cocoFile = "coco.json";

const videoSuffixes: Readonly<Partial<Record<FileFormat, string>>> = {
  overlay: ".overlay.mp4",
  json: ".jsonl",
};

/** What of videos can be written. */
export const videoFormats = Object.keys(videoSuffixes);

/** What the pictures and clips among the outputs end in: they could be taken for inputs. */
const seenSuffixes = [suffixes.overlay, suffixes.mask, suffixes.color, videoSuffixes.overlay ?? ""];

/** Whether a picture or clip is called like an output of an earlier run. */
export function looksLikeOutput(name: string): boolean {
  return seenSuffixes.some((suffix) => name.toLowerCase().endsWith(suffix));
}

/** Those of the formats that have a file a picture. */
export function fileFormats(formats: readonly Format[]): FileFormat[] {
  return formats.filter((format): format is FileFormat => format !== "coco");
}

/** All formats that have a file a picture. */
export const allFileFormats = fileFormats(formatNames);

/** The file of a format: `a/b.overlay.png` of `a/b`. */
export function outputFile(stem: string, format: FileFormat): string {
  return `${stem}${suffixes[format]}`;
}

/** The same of a video; undefined where there is none. */
export function videoFile(stem: string, format: FileFormat): string | undefined {
  const suffix = videoSuffixes[format];
  return suffix === undefined ? undefined : `${stem}${suffix}`;
}
