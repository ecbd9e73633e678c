// model.stream on a network whose answer is known, with real decoding, aborting and closing.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { AutoModel, type SemanticSegmentationModel } from "deeplab-rt";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newFolder, removeFolders, rgbImage, stripes, tinyPackage } from "../support/tiny-package.js";

let folder: string;
let model: SemanticSegmentationModel;
const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);
beforeAll(async () => {
  process.on("unhandledRejection", note);
  folder = await tinyPackage();
  model = await AutoModel.fromPretrained(folder);
});
afterAll(async () => {
  await model.close();
  await removeFolders();
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

const colors = [
  [0, 0, 255],
  [255, 0, 0],
  [0, 255, 0],
] as const;
/** A picture that is all of class `i % 3`. */
const plain = (i: number, size = 8) => rgbImage(size, size, () => colors[i % 3] ?? [0, 0, 0]);
const classOf = (map: Uint8Array | Uint16Array) => [...new Set(map)];

async function* pictures(count: number) {
  for (let i = 0; i < count; i++) yield plain(i);
}

describe("a stream", () => {
  test("gives each image's own result, in order, with its index and the image itself", async () => {
    const seen: number[] = [];
    for await (const { index, image, result, skipped } of model.stream(pictures(20))) {
      expect([index, skipped]).toEqual([seen.length, 0]);
      expect(classOf(result.segmentationMap)).toEqual([index % 3]);
      expect(image).toMatchObject({ width: 8, height: 8 });
      seen.push(index);
    }
    expect(seen).toHaveLength(20);
  });

  test("takes every kind of image, from a Readable and from a list", async () => {
    const file = path.join(await newFolder(), "stripes.png");
    const { data } = stripes();
    await sharp(data, { raw: { width: 8, height: 8, channels: 3 } }).toFile(file);
    const counted: number[] = [];
    for await (const { result } of model.stream(Readable.from([file, stripes(), file]), { ordered: false })) {
      counted.push(...(await result.classStats()).map(({ pixels }) => pixels));
    }
    expect(counted).toEqual([16, 32, 16, 16, 32, 16, 16, 32, 16]);
    const stream = model.stream([stripes()], { include: ["segmentationMap"] });
    for await (const { result } of stream) expect(result.confidence).toBeUndefined();
    expect(stream.stats).toEqual({ received: 1, answered: 1, skipped: 0, failed: 0 });
  });

  test("with latestOnly answers some of a fast source, the newest last, and counts the others", async () => {
    const total = 300;
    const stream = model.stream(pictures(total), { latestOnly: true });
    let accounted = 0;
    let last = -1;
    for await (const { index, result, skipped } of stream) {
      expect(index).toBeGreaterThan(last);
      expect(index).toBe(last + 1 + skipped);
      expect(classOf(result.segmentationMap)).toEqual([index % 3]);
      accounted += 1 + skipped;
      last = index;
    }
    expect([accounted, last]).toEqual([total, total - 1]);
    const { received, answered, skipped } = stream.stats;
    expect([received, answered + skipped]).toEqual([total, total]);
    expect(skipped).toBeGreaterThan(0);
  });

  test("left early destroys its Readable, and the model goes on", async () => {
    const readable = Readable.from(pictures(1000));
    for await (const { index } of model.stream(readable)) if (index === 2) break;
    expect(readable.destroyed).toBe(true);
    expect((await model.infer(stripes())).width).toBe(8);
  });

  test("ends with the error of an image, which says its place, or carries it on", async () => {
    const source = () => [plain(0), { data: new Uint8Array(5), width: 2, height: 1 }, plain(2)];
    const seen: number[] = [];
    const broken = (async () => {
      for await (const { index } of model.stream(source())) seen.push(index);
    })();
    await expect(broken).rejects.toMatchObject({
      code: "IMAGE_INVALID",
      detail: { index: 1 },
      message: expect.stringContaining("Image 1 of the stream: "),
    });
    expect(seen).toEqual([0]);
    const codes: unknown[] = [];
    const whole = model.stream(source(), { onError: "result" });
    for await (const { result, error } of whole) codes.push(result?.width ?? error?.code);
    expect(codes).toEqual([8, "IMAGE_INVALID", 8]);
    expect(whole.stats).toEqual({ received: 3, answered: 2, skipped: 0, failed: 1 });
  });

  test("gives what an image's own source throws as the cause of a DeepLabError", async () => {
    const cut = new TypeError("cut off");
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(cut) });
    for await (const { error } of model.stream([body], { onError: "result" })) {
      expect(error).toMatchObject({ name: "DeepLabError", code: "IMAGE_UNREADABLE", detail: { index: 0 } });
      expect(error?.cause).toBe(cut);
    }
  });

  test("passes on what its source throws", async () => {
    async function* failing() {
      yield plain(1);
      throw new TypeError("no camera");
    }
    let count = 0;
    const work = (async () => {
      for await (const _ of model.stream(failing())) count++;
    })();
    await expect(work).rejects.toThrow(new TypeError("no camera"));
    expect(count).toBe(1);
  });

  test("aborted ends with the reason, while its camera says nothing", async () => {
    const silent = new Readable({ objectMode: true, read() {} });
    const controller = new AbortController();
    const reason = new Error("switched off");
    const next = model.stream(silent, { signal: controller.signal }).next();
    await turn();
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
    expect(silent.destroyed).toBe(true);
  });

  test("ends with CLOSED when its model is closed, at once, and so does a new one", async () => {
    const other = await AutoModel.fromPretrained(folder);
    const silent = new Readable({ objectMode: true, read() {} });
    const idle = other.stream(silent).next();
    const busy = (async () => {
      for await (const _ of other.stream(pictures(100_000), { onError: "result" })) await turn();
    })();
    const ends = [idle, busy].map((end) => expect(end).rejects.toMatchObject({ code: "CLOSED" }));
    await turn();
    await other.close();
    await Promise.all(ends);
    expect(silent.destroyed).toBe(true);
    expect(() => other.stream([plain(0)])).toThrow(expect.objectContaining({ code: "CLOSED" }));
  });

  test.each([
    [{ concurency: 2 }, "OPTION_UNKNOWN", /Did you mean "concurrency"\?/],
    [{ out: {} }, "OPTION_UNKNOWN", /"out" in options of model.stream/],
    [{ concurrency: 0 }, "OPTION_INVALID", /concurrency/],
    [{ onError: "skip" }, "OPTION_INVALID", /onError/],
    [{ confidence: 3 }, "OPTION_INVALID", /confidence/],
  ])("with options %j is %s before anything runs", (options, code, message) => {
    expect(() => model.stream([], options as never)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

test("a stream of files keeps no more pictures in memory than its concurrency", async () => {
  const file = path.join(await newFolder(), "large.png");
  const { data, width, height } = plain(1, 600);
  await writeFile(
    file,
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
  let pulled = 0;
  let taken = 0;
  let most = 0;
  function* files() {
    for (let i = 0; i < 12; i++) {
      most = Math.max(most, ++pulled - taken);
      yield file;
    }
  }
  for await (const { result } of model.stream(files(), { concurrency: 2 })) {
    // As long as this one is not taken, the stream gets as far ahead as it may, and no further.
    await vi.waitFor(() => expect(pulled - taken).toBe(Math.min(3, 12 - taken)), { timeout: 20_000 });
    await turn();
    taken++;
    expect(classOf(result.segmentationMap)).toEqual([1]);
  }
  expect([taken, most]).toEqual([12, 3]); // two ahead of the one that the consumer is about to take
});
