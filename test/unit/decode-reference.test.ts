// Every odd picture gives the pixels that OpenCV's imread gives, or is in a table of docs/images.md that says what it
// gives instead. The tables are the list of what may differ: nothing else may, and nothing stays there that is equal.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { decodePixels } from "../../dist/image/decode.js";
import { type OddPicture, oddPictures, referenceReader } from "../support/odd-pictures.js";

const text = readFileSync(path.join(import.meta.dirname, "../../docs/images.md"), "utf8");

/** Rows of the table under a heading, as their cells. */
function table(heading: string): string[][] {
  const [, section = ""] = text.split(`### ${heading}\n`);
  const [lines = ""] = section.split(/\n##/);
  const rows = [...lines.matchAll(/^\| (.*) \|$/gm)].map(([, row = ""]) => row.split(" | "));
  return rows.slice(2).map((cells) => cells.map((cell) => cell.replaceAll("`", "")));
}

interface Outcome {
  readonly file: string;
  /** "equal", "differs", "refused by OpenCV", "refused by both", an error code, or other sizes. */
  readonly what: string;
  readonly largest: number;
  readonly mean: number;
}

async function outcomeOf({ file, bytes, expected }: OddPicture): Promise<Outcome> {
  const none = { file, largest: 0, mean: 0 };
  let image: Awaited<ReturnType<typeof decodePixels>>;
  try {
    image = await decodePixels(bytes);
  } catch (error) {
    const { code } = error as { code: string };
    return { ...none, what: expected === undefined ? `both: ${code}` : code };
  }
  const { data, width, height, colorFormat } = image;
  const size = `${width}×${height}`;
  if (expected === undefined) return { ...none, what: size };
  if (width !== expected.width || height !== expected.height) return { ...none, what: size };
  const at = colorFormat === "gray" ? (i: number) => Math.floor(i / 3) : (i: number) => i;
  const steps = Array.from(expected.rgb, (value, i) => Math.abs(value - (data[at(i)] ?? Number.NaN)));
  const largest = steps.reduce((most, step) => Math.max(most, step), 0);
  const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
  return { file, what: largest === 0 ? "equal" : "differs", largest, mean };
}

const outcomes = await Promise.all(oddPictures().map(outcomeOf));
const of = (what: string) => outcomes.filter((one) => one.what === what);

describe("odd pictures", () => {
  test("are those of the folder, all of which were shown to OpenCV", () => {
    const files = readdirSync(path.join(import.meta.dirname, "../fixtures/pictures"));
    const listed = [...outcomes.map(({ file }) => file), "expected.bin.gz", "expected.json"];
    expect(listed.toSorted()).toEqual(files.toSorted());
    expect(text).toContain(/OpenCV [\d.]+/.exec(referenceReader)?.[0]);
  });

  test("give the very pixels of imread, or are listed with the largest and the mean difference", () => {
    const found = of("differs").map(({ file, largest, mean }) => [file, `${largest}`, mean.toFixed(2)]);
    const listed = table("Pixels that differ").map(([file, , largest, mean]) => [file, largest, mean]);
    expect(listed).toEqual(found);
  });

  test("that are JPEG, PNG, GIF or WebP differ in no pixel", () => {
    const kinds = /^(?:jpeg|png|gif|webp)-/;
    const exact = outcomes.filter(({ file }) => kinds.test(file));
    expect(exact.filter(({ what }) => what !== "equal" && !what.startsWith("both: "))).toEqual([]);
    expect(exact.length).toBeGreaterThan(80);
  });

  test("that only one of both reads, or reads in another size, are listed with what they give here", () => {
    const plain = ["equal", "differs"];
    const found = outcomes
      .filter(({ what }) => !plain.includes(what) && !what.startsWith("both: "))
      .map(({ file, what }) => [file, what]);
    const listed = table("Files that only one of both reads").map(([file, , here]) => [file, here]);
    expect(listed).toEqual(found);
  });

  test("that neither reads are typed errors", () => {
    const both = outcomes.filter(({ what }) => what.startsWith("both: "));
    expect(Object.fromEntries(both.map(({ file, what }) => [file, what.slice(6)]))).toEqual({
      "jpeg-12bit.jpg": "IMAGE_UNSUPPORTED",
      "jpeg-lossless-coding.jpg": "IMAGE_UNSUPPORTED",
      "gif-frame-beyond-canvas.gif": "IMAGE_CORRUPT",
      "tiff-float32.tif": "IMAGE_UNSUPPORTED",
      "tiff-gray-float32.tif": "IMAGE_UNSUPPORTED",
      "tiff-gray-uint32.tif": "IMAGE_UNSUPPORTED",
    });
  });

  test("are counted in the table of kinds", () => {
    const kinds = ["JPEG", "PNG", "GIF", "WebP", "TIFF", "AVIF"];
    const found = kinds.map((kind) => {
      const compared = outcomes.filter(
        ({ file, what }) => file.startsWith(`${kind.toLowerCase()}-`) && ["equal", "differs"].includes(what),
      );
      const largest = Math.max(...compared.map((one) => one.largest));
      const equal = compared.filter(({ what }) => what === "equal").length;
      return [kind, `${compared.length}`, `${equal}`, `${largest}`];
    });
    expect(table("What was compared").map(([kind, , ...numbers]) => [kind, ...numbers])).toEqual(found);
  });
});
