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

/** What the files of all formats end in. */
export const formatSuffixes: readonly string[] = Object.values(suffixes);

/** Those of the formats that have a file a picture. */
export function fileFormats(formats: readonly Format[]): FileFormat[] {
  return formats.filter((format): format is FileFormat => format !== "coco");
}

/** The file of a format: `a/b.overlay.png` of `a/b`. */
export function outputFile(stem: string, format: FileFormat): string {
  return `${stem}${suffixes[format]}`;
}
