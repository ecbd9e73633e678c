// Label Studio's predictions: bytes that its own decoder has read, and what stands around them.

import { readFileSync } from "node:fs";
import path from "node:path";
import { toLabelStudio } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { mapsOf } from "../support/class-maps.js";

interface Recorded {
  readonly name: string;
  readonly rows: readonly string[];
  readonly masks: readonly { classId: number; brush: string }[];
}

// Made by scripts/exports-check: bytes that label-studio-sdk decoded to exactly these masks.
const fixture = path.join(import.meta.dirname, "..", "fixtures", "exports", "real-tools.json");
const { cases } = JSON.parse(readFileSync(fixture, "utf8")) as { cases: readonly Recorded[] };

describe("toLabelStudio", () => {
  test.each(cases)(
    "gives the bytes that Label Studio's decoder has read for $name",
    async ({ rows, masks }) => {
      const { result } = await toLabelStudio(mapsOf(rows));
      expect(result.map(({ value }) => Buffer.from(value.rle).toString("base64"))).toEqual(
        masks.map(({ brush }) => brush),
      );
    },
  );

  test("says what each mask is of", async () => {
    const { result, ...rest } = await toLabelStudio(mapsOf(["0110", "2002"]));
    expect(rest).toEqual({});
    expect(
      result.map(({ value, ...entry }) => ({ ...entry, labels: value.brushlabels, format: value.format })),
    ).toEqual(
      ["road", "car"].map((name, i) => ({
        id: `deeplab-rt-${i + 1}`,
        type: "brushlabels",
        from_name: "tag",
        to_name: "image",
        original_width: 4,
        original_height: 2,
        image_rotation: 0,
        labels: [name],
        format: "rle",
      })),
    );
  });

  test("uses the tags of the configuration, and one mask a region where asked to", async () => {
    const options = {
      fromName: "label",
      toName: "photo",
      modelVersion: "v7",
      perComponent: true,
      minArea: 2,
    };
    const { model_version, result } = await toLabelStudio(mapsOf(["11011", "00200"]), options);
    expect(model_version).toBe("v7");
    expect(result.map(({ from_name, to_name, value }) => [from_name, to_name, value.brushlabels[0]])).toEqual(
      [
        ["label", "photo", "road"],
        ["label", "photo", "road"],
      ],
    );
  });

  test("scores masks and prediction with the mean confidence of their pixels", async () => {
    const confidence = Float32Array.of(0.5, 1, 0, 0.25);
    const { score, result } = await toLabelStudio(mapsOf(["1122"], { confidence }), { scores: true });
    expect(result.map((entry) => entry.score)).toEqual([0.75, 0.125]);
    expect(score).toBe(0.4375);
    const empty = mapsOf(["00"], { confidence: new Float32Array(2) });
    expect(await toLabelStudio(empty, { scores: true })).toEqual({ score: 0, result: [] });
  });

  test("gives masks of the picture's size where the maps are of a crop", async () => {
    const crop = mapsOf(["11"], { imageMetadata: { sourceWidth: 3, sourceHeight: 2 } });
    const [mask] = (await toLabelStudio(crop)).result;
    const [whole] = (await toLabelStudio(mapsOf(["110", "000"]))).result;
    expect(mask).toEqual(whole);
  });

  test.each([
    [{ fromName: "" }, /fromName/],
    [{ minArea: 3 }, /minArea/],
    [{ from_name: "tag" }, /Unknown key "from_name"/],
    [{ scores: true }, /needs maps with confidence/],
  ])("refuses %j", async (options, message) => {
    await expect(toLabelStudio(mapsOf(["12"]), options as never)).rejects.toThrow(message);
  });

  test("refuses a picture of more values than the code can say", async () => {
    const maps = mapsOf(["1"], { imageMetadata: { sourceWidth: 2 ** 20, sourceHeight: 2 ** 20 } });
    await expect(toLabelStudio(maps)).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    const small = mapsOf(["11"], { imageMetadata: { sourceWidth: 1, sourceHeight: 1 } });
    await expect(toLabelStudio(small)).rejects.toThrow(/at least 2×1/);
  });
});
