// What looks at results takes anything of their shape, and says what is wrong with everything else.

import { runInNewContext } from "node:vm";
import type { SegmentationMaps, SemanticSegmentationResult } from "deeplab-rt";
import { describe, expect, expectTypeOf, test } from "vitest";
import { checkMaps, nameOfClass, neededConfidence } from "../../dist/visualize/maps.js";

const maps: SegmentationMaps = {
  segmentationMap: Uint8Array.of(0, 1, 2, 0, 1, 2),
  confidence: new Float32Array(6),
  width: 3,
  height: 2,
  classNames: ["background", "a", "b"],
  backgroundClassId: 0,
};

describe("segmentation maps", () => {
  test("are what a result is, by its type", () => {
    expectTypeOf<SemanticSegmentationResult>().toExtend<SegmentationMaps>();
  });

  test("are completed: as many ids as names, a picture of the maps' size", () => {
    expect(checkMaps(maps, "f()")).toEqual({ ...maps, idCount: 3, sourceWidth: 3, sourceHeight: 2 });
  });

  test("keep what they say of ids without a name and of the picture", () => {
    const imageMetadata = { sourceWidth: 30, sourceHeight: 20 };
    const checked = checkMaps({ ...maps, idCount: 300, imageMetadata }, "f()");
    expect(checked).toMatchObject({ idCount: 300, sourceWidth: 30, sourceHeight: 20 });
  });

  test.each([
    ["16-bit ids", new Uint16Array(6)],
    ["shared memory", new Uint8Array(new SharedArrayBuffer(6))],
    ["an array of another realm", runInNewContext("new Uint8Array(6)") as Uint8Array],
    ["a Buffer", Buffer.alloc(6)],
  ])("take %s", (_, segmentationMap) => {
    expect(checkMaps({ ...maps, segmentationMap }, "f()").segmentationMap).toBe(segmentationMap);
  });

  test("take a structured clone as they take the original", () => {
    expect(checkMaps(structuredClone(maps), "f()")).toEqual(checkMaps(maps, "f()"));
  });

  test.each([
    [undefined, "the maps for f()"],
    [null, "the maps for f()"],
    [{ width: 0 }, "width"],
    [{ width: 2.5 }, "width"],
    [{ height: "2" }, "height"],
    [{ height: 3 }, "segmentationMap"],
    [{ segmentationMap: undefined }, "segmentationMap"],
    [{ segmentationMap: new Int8Array(6) }, "segmentationMap"],
    [{ segmentationMap: new Uint8ClampedArray(6) }, "segmentationMap"],
    [{ segmentationMap: [0, 1, 2, 0, 1, 2] }, "segmentationMap"],
    [{ confidence: new Float64Array(6) }, "confidence"],
    [{ confidence: new Float32Array(7) }, "confidence"],
    [{ confidence: null }, "confidence"],
    [{ classNames: "background" }, "classNames"],
    [{ classNames: ["a", 1] }, "classNames"],
    [{ backgroundClassId: -1 }, "backgroundClassId"],
    [{ backgroundClassId: 65536 }, "backgroundClassId"],
    [{ idCount: 2 }, "idCount"],
    [{ imageMetadata: 5 }, "imageMetadata"],
    [{ imageMetadata: { sourceWidth: 0, sourceHeight: 1 } }, "imageMetadata.sourceWidth"],
  ])("with %j are refused by name", (wrong, field) => {
    const given = wrong ? { ...maps, ...wrong } : wrong;
    expect(() => checkMaps(given, "f()")).toThrow(
      expect.objectContaining({
        code: "OPTION_INVALID",
        message: expect.stringContaining(`Expected ${field}`),
      }),
    );
  });

  test("whose memory was transferred say so", () => {
    const segmentationMap = new Uint8Array(6);
    structuredClone(segmentationMap, { transfer: [segmentationMap.buffer] });
    expect(() => checkMaps({ ...maps, segmentationMap }, "f()")).toThrow(/transferred/);
  });

  test("without confidence are refused only where it is needed", () => {
    const { confidence: _, ...without } = maps;
    const checked = checkMaps(without, "f()");
    expect(checked.confidence).toBeUndefined();
    expect(() => neededConfidence(checked, "f()")).toThrow(
      expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringContaining("include") }),
    );
    expect(neededConfidence(checkMaps(maps, "f()"), "f()")).toBe(maps.confidence);
  });

  test("name every id", () => {
    expect([0, 2, 7].map((id) => nameOfClass(maps.classNames, id))).toEqual(["background", "b", "class 7"]);
  });
});
