// The committed odd pictures, and what OpenCV's imread gave for each when they were made
// (scripts/fixtures/pictures).

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

const folder = path.join(import.meta.dirname, "../fixtures/pictures");

interface Entry {
  readonly file: string;
  /** Width and height; null where OpenCV refuses the file. */
  readonly size: readonly [number, number] | null;
  readonly sha256?: string;
}

/** One picture and OpenCV's pixels of it. */
export interface OddPicture {
  readonly file: string;
  readonly bytes: Buffer;
  /** Undefined where OpenCV refuses the file. */
  readonly expected:
    | { readonly width: number; readonly height: number; readonly rgb: Uint8Array }
    | undefined;
}

const { reader, pictures } = JSON.parse(readFileSync(path.join(folder, "expected.json"), "utf8")) as {
  readonly reader: string;
  readonly pictures: readonly Entry[];
};

/** Which program gave the expected pixels. */
export const referenceReader = reader;

/** The bytes of one of them. */
export function oddPicture(file: string): Buffer {
  return readFileSync(path.join(folder, file));
}

/** All of them, with pixels that are those recorded. */
export function oddPictures(): OddPicture[] {
  const all = gunzipSync(readFileSync(path.join(folder, "expected.bin.gz")));
  let at = 0;
  const loaded = pictures.map(({ file, size, sha256 }) => {
    if (size === null) return { file, bytes: oddPicture(file), expected: undefined };
    const [width, height] = size;
    const rgb = all.subarray(at, at + width * height * 3);
    at += rgb.length;
    if (createHash("sha256").update(rgb).digest("hex") !== sha256)
      throw new Error(`expected.bin.gz and expected.json disagree about ${file}`);
    return { file, bytes: oddPicture(file), expected: { width, height, rgb } };
  });
  if (at !== all.length) throw new Error("expected.bin.gz is longer than expected.json says");
  return loaded;
}
