// COCO's file of `segment`: large ones, and what is written while the command runs.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { CocoCollection } from "../../dist/cli/segment/coco.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);
afterEach(() => void vi.restoreAllMocks());

const maps = () => ({
  segmentationMap: Uint8Array.of(0, 1),
  confidence: Float32Array.of(1, 1),
  width: 2,
  height: 1,
  classNames: ["background", "red"],
  backgroundClassId: 0,
});

test("more pictures than a call takes arguments are continued", async () => {
  const file = path.join(await newFolder(), "coco.json");
  const count = 200_000;
  const images = Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    width: 2,
    height: 1,
    file_name: `${i}.png`,
  }));
  await writeFile(file, JSON.stringify({ images, annotations: [], categories: [{ id: 1, name: "red" }] }));
  const coco = await CocoCollection.open(file, true, undefined);
  expect([coco.has("199999.png"), coco.has("200000.png")]).toEqual([true, false]);
  await coco.add("new.png", maps() as never);
  await coco.save(["new.png"]);
  const after = JSON.parse(await readFile(file, "utf8"));
  expect(after.images.at(-1)).toMatchObject({ id: count + 1, file_name: "new.png" });
});

test("it is written every 200 pictures, whole and in order", async () => {
  const file = path.join(await newFolder(), "coco.json");
  const coco = await CocoCollection.open(file, false, undefined);
  const order = Array.from({ length: 200 }, (_, i) => `${i}.png`);
  for (const name of order.slice(1).reverse()) await coco.add(name, maps() as never);
  await coco.saveNowAndThen(order);
  await expect(readFile(file)).rejects.toThrow("ENOENT");
  await coco.add("0.png", maps() as never);
  await coco.saveNowAndThen(order);
  const { images, annotations } = JSON.parse(await readFile(file, "utf8"));
  expect(images.map(({ file_name }: never) => file_name)).toEqual(order);
  expect(annotations).toHaveLength(200);
});

test("it is written every minute, but not so often that writing is what takes the time", async () => {
  let [now, tick] = [0, 0]; // each look at the clock may take a while
  vi.spyOn(performance, "now").mockImplementation(() => (now += tick));
  const file = path.join(await newFolder(), "coco.json");
  const coco = await CocoCollection.open(file, false, undefined);
  const order = ["a.png", "b.png", "c.png"];
  const written = async () => {
    await coco.saveNowAndThen(order);
    const text = await readFile(file, "utf8").catch(() => '{"images":[]}');
    return (JSON.parse(text).images as { file_name: string }[]).map(({ file_name }) => file_name);
  };
  await coco.add("a.png", maps() as never);
  now += 59_000;
  expect(await written()).toEqual([]);
  now += 1_000;
  tick = 5_000;
  expect(await written()).toEqual(["a.png"]); // it took 5 s
  tick = 0;
  await coco.add("b.png", maps() as never);
  now += 99_000;
  expect(await written()).toEqual(["a.png"]);
  now += 1_000;
  expect(await written()).toEqual(["a.png", "b.png"]); // it took no time
  await coco.add("c.png", maps() as never);
  now += 60_000;
  expect(await written()).toEqual(order);
});

test("where it cannot be written meanwhile it is tried again, but not at every picture", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const file = path.join(await newFolder(), "coco.json");
  const coco = await CocoCollection.open(file, false, undefined);
  await mkdir(file); // in its place
  await coco.add("a.png", maps() as never);
  now += 60_000;
  expect(await coco.saveNowAndThen(["a.png"])).toMatchObject({ syscall: "rename" });
  now += 59_000;
  expect(await coco.saveNowAndThen(["a.png"])).toBeUndefined();
  now += 1_000;
  expect(await coco.saveNowAndThen(["a.png"])).toMatchObject({ syscall: "rename" });
  await expect(coco.save(["a.png"])).rejects.toThrow(file);
  await rm(file, { recursive: true });
  await coco.save(["a.png"]);
  expect(JSON.parse(await readFile(file, "utf8")).images).toMatchObject([{ file_name: "a.png" }]);
});

test("a name that a picture has is nobody else's", async () => {
  const coco = await CocoCollection.open(path.join(await newFolder(), "coco.json"), false, undefined);
  await coco.add("a.png", maps() as never);
  await expect(coco.add("a.png", maps() as never)).rejects.toMatchObject({ code: "INTERNAL" });
});
