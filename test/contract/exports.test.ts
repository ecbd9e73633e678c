// Exports of results as models give them: the methods are the functions, clones will do, disposed results will not.

import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  decodeRLE,
  type SegmentationMaps,
  toCOCO,
  toCVAT,
  toLabelStudio,
  toPolygons,
  toRLE,
} from "deeplab-rt";
import { afterAll, describe, expect, test } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage } from "../support/tiny-package.js";

const { model } = await loadTinyModel();
const output = await mkdtemp(path.join(os.tmpdir(), "deeplab-exports-"));
afterAll(() => rm(output, { recursive: true, force: true }));

const picture = rgbImage(37, 23, (x, y) => (x < 12 ? [255, 0, 0] : y < 9 ? [0, 255, 0] : [0, 0, 255]));
const disposed = { code: "RESULT_DISPOSED" };

describe("exports of a result", () => {
  test("hold what its map holds", async () => {
    const result = await model.infer(picture);
    const found = new Uint8Array(37 * 23);
    const masks = await result.toRLE();
    expect(masks.length).toBeGreaterThan(1);
    for (const rle of masks) {
      for (const [i, on] of decodeRLE(rle).entries()) if (on === 1) found[i] = rle.classId;
    }
    expect(found).toEqual(Uint8Array.from(result.segmentationMap));
  });

  test("are the same by method, by function, and of a clone", async () => {
    const result = await model.infer(picture);
    const clone = structuredClone({ ...result });
    const file = (maps: typeof clone) => toCOCO([{ maps, fileName: "a.png" }], { scores: true });
    expect(await result.toRLE({ compressed: false })).toEqual(await toRLE(clone, { compressed: false }));
    expect(await result.toPolygons()).toEqual(await toPolygons(clone));
    expect(await result.toLabelStudio({ scores: true })).toEqual(
      await toLabelStudio(clone, { scores: true }),
    );
    expect(await result.toCOCO("a.png", { scores: true })).toEqual(await file(clone));
    expect(await file(result as never)).toEqual(await file(clone));
  });

  test("need the class map, and the confidence only for scores", async () => {
    const without = await model.infer(picture, { include: ["confidence"] });
    await expect(without.toRLE()).rejects.toThrow(/needs the part "segmentationMap"/);
    const unsure = await model.infer(picture, { include: ["segmentationMap"] });
    expect(await unsure.toLabelStudio()).toEqual(await (await model.infer(picture)).toLabelStudio());
    await expect(unsure.toLabelStudio({ scores: true })).rejects.toThrow(/needs maps with confidence/);
  });

  test("are finished where the result is disposed meanwhile, and refused afterwards", async () => {
    const result = await model.infer(picture);
    const expected = await Promise.all([result.toRLE(), result.toPolygons(), result.toCOCO("a")]);
    const running = [result.toRLE(), result.toPolygons(), result.toCOCO("a")];
    result.dispose();
    expect(await Promise.all(running)).toEqual(expected);
    await expect(result.toRLE()).rejects.toMatchObject(disposed);
    await expect(toPolygons(result)).rejects.toMatchObject(disposed);
    await expect(toCOCO([{ maps: result, fileName: "a" }])).rejects.toMatchObject(disposed);
    await expect(toCVAT(path.join(output, "none"), [{ maps: result, fileName: "a" }])).rejects.toMatchObject(
      disposed,
    );
  });

  // Between any two ticks of an export: by microtasks, then by turns of the event loop.
  const moments = [...Array(16).keys(), ...Array.from({ length: 12 }, (_, turns) => -1 - turns)];
  const until = async (moment: number) => {
    for (let i = 0; i < moment; i++) await undefined;
    for (let i = 0; i > moment; i--) await nextTurn();
  };
  // `taken` is called when the export asks for the picture.
  async function* one(maps: SegmentationMaps, taken: () => void) {
    taken();
    yield { maps, fileName: "a" };
  }
  const nothing = () => {};
  const exported: [string, (items: ReturnType<typeof one>) => Promise<unknown>][] = [
    ["toCOCO", (items) => toCOCO(items)],
    ["toCOCO's polygons", (items) => toCOCO(items, { segmentation: "polygon" })],
    [
      "toCVAT",
      async (items) => {
        const folder = path.join(output, randomUUID());
        await toCVAT(folder, items);
        const kinds = ["SegmentationClass", "SegmentationObject"];
        return Promise.all(kinds.map((kind) => readFile(path.join(folder, kind, "a.png"))));
      },
    ],
  ];

  test.each(exported)(
    "a result disposed of at any moment is exported rightly or refused: %s",
    async (_, run) => {
      const expected = await run(one(await model.infer(picture), nothing));
      for (const moment of moments) {
        const result = await model.infer(picture);
        const taken = () => void until(moment).then(() => result.dispose());
        const [outcome] = await Promise.allSettled([run(one(result, taken))]);
        if (outcome.status === "fulfilled") expect(outcome.value).toEqual(expected);
        else expect(outcome.reason, `moment ${moment}`).toMatchObject(disposed);
      }
    },
  );

  test.each(exported)(
    "maps transferred away at any moment are exported rightly or refused: %s",
    async (_, run) => {
      const result = await model.infer(picture);
      const expected = await run(one(result, nothing));
      const refused = { name: "DeepLabError", code: "OPTION_INVALID" };
      for (const moment of moments) {
        const { value, transferList } = await result.toTransferable();
        const taken = () => void until(moment).then(() => structuredClone(null, { transfer: transferList }));
        const [outcome] = await Promise.allSettled([run(one(value, taken))]);
        if (outcome.status === "fulfilled") expect(outcome.value).toEqual(expected);
        else expect(outcome.reason, `moment ${moment}`).toMatchObject(refused);
      }
    },
  );

  test("of a stream of pictures let each result go before the next is made", async () => {
    async function* items() {
      for (const fileName of ["a.png", "b.png"]) {
        using result = await model.infer(picture);
        yield { maps: result, fileName };
      }
    }
    const folder = path.join(output, "cvat");
    expect(await toCVAT(folder, items())).toMatchObject({ folder, images: 2 });
    const read = (name: string) => readFile(path.join(folder, "SegmentationClass", name));
    expect(await read("a.png")).toEqual(await read("b.png"));
    expect((await toCOCO(items())).images).toHaveLength(2);
  });
});
