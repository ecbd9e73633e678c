// Calls that end before their pictures do: who is told when, and what is left of the room they had.

import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import {
  AutoModel,
  type ImageSource,
  type SemanticSegmentationModel,
  type SharpLike,
  type SharpPixels,
} from "deeplab-rt";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeFolders, stripeMap, stripes, tinyPackage } from "../support/tiny-package.js";

let folder = "";
let model: SemanticSegmentationModel;
let encoded: Buffer;
const raw = stripes();

beforeAll(async () => {
  folder = await tinyPackage();
  model = await AutoModel.fromPretrained(folder);
  encoded = await sharp(raw.data, { raw: { width: 8, height: 8, channels: 3 } })
    .png()
    .toBuffer();
});
afterAll(async () => {
  await model.close();
  await removeFolders();
});

describe("a source that neither goes on nor lets itself be ended", () => {
  const sources: [name: string, make: () => ImageSource][] = [
    ["a sharp instance whose input does not come", () => sharp()],
    ["a Node stream that does not close", () => new Readable({ read() {}, destroy() {} })],
    [
      "a web stream whose reader answers nothing",
      () => {
        const never = () => new Promise<never>(() => {});
        return { locked: false, getReader: () => ({ read: never, cancel: never, releaseLock() {} }) };
      },
    ],
    [
      "a Blob that is not read",
      () => ({ size: 8, stream() {}, arrayBuffer: () => new Promise<ArrayBuffer>(() => {}) }),
    ],
  ];
  const turns = () => new Promise((resolve) => setTimeout(resolve, 20));

  test.each(sources)(
    "ends with the deadline, with close(), and leaves no room taken: %s",
    async (_, make) => {
      const own = await AutoModel.fromPretrained(folder, { maxQueue: 1, onFull: "reject", maxBatch: 1 });
      for (const onError of ["throw", "result"] as const) {
        for (let i = 0; i < 4; i++) {
          const late = own.infer([make()], { onError, deadline: 30 });
          await expect(late).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
          const controller = new AbortController();
          const aborted = own.infer([make(), raw], { onError, signal: controller.signal });
          const reason = new Error("enough");
          setTimeout(() => controller.abort(reason), 20);
          await expect(aborted).rejects.toBe(reason);
          await turns();
        }
      }
      expect([...(await own.infer(raw)).segmentationMap]).toEqual(stripeMap);
      const waiting = expect(own.infer(make())).rejects.toMatchObject({ code: "CLOSED" });
      await turns();
      await Promise.all([own.close(), waiting]);
    },
  );

  test("input of a sharp instance that comes too late is not decoded", async () => {
    const instance = sharp();
    const clones: ReturnType<typeof sharp>[] = [];
    const { clone } = instance;
    instance.clone = () => {
      clones.push(clone.call(instance));
      return clones[0] as (typeof clones)[0];
    };
    await expect(model.infer(instance, { deadline: 30 })).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
    });
    expect(clones.map(({ destroyed }) => destroyed)).toEqual([true]);
    expect(clones[0]?.listenerCount("finish")).toBe(0);
    instance.end(encoded);
    expect((await instance.toBuffer({ resolveWithObject: true })).info.width).toBe(8);
  });

  test("a sharp instance whose input comes while the call waits is answered", async () => {
    const instance = sharp();
    const work = model.infer(instance);
    setTimeout(() => instance.end(encoded), 30);
    expect([...(await work).segmentationMap]).toEqual(stripeMap);
  });
});

describe("one signal for many calls", () => {
  test("makes no warning of too many listeners, and none is left", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const { signal } = new AbortController();
    const result = await model.infer(raw);
    const calls = [
      ...Array.from({ length: 12 }, (_, i) => model.infer(i % 2 === 0 ? raw : encoded, { signal })),
      ...Array.from({ length: 12 }, () => result.overlay({ image: encoded, legend: true, signal })),
      ...Array.from({ length: 12 }, () => result.classStats({ signal })),
      ...Array.from({ length: 12 }, () => model.infer([encoded, raw], { signal, onError: "result" })),
    ];
    expect(getEventListeners(signal, "abort").length).toBe(1);
    await Promise.all(calls);
    expect(getEventListeners(signal, "abort").length).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 20)); // warnings come later
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });
});

describe("a decoder that is at work", () => {
  /** Looks like an instance of sharp, and decodes until it is told to end. */
  function slowPipeline() {
    let end = () => {};
    const decoded = new Promise<SharpPixels>((resolve) => {
      const info = { width: 8, height: 8, channels: 3 };
      end = () => resolve({ data: Uint8Array.from(raw.data), info });
    });
    const [same, toBuffer] = [() => pipeline, () => decoded];
    const pipeline: SharpLike = { clone: same, removeAlpha: same, toColourspace: same, raw: same, toBuffer };
    return { pipeline, end };
  }

  test("keeps its room, but not its call, beyond the deadline and an abort", async () => {
    const own = await AutoModel.fromPretrained(folder, { maxQueue: 1, onFull: "reject", maxBatch: 1 });
    for (const onError of ["throw", "result"] as const) {
      for (const ending of ["deadline", "signal"] as const) {
        const { pipeline, end } = slowPipeline();
        const options = ending === "deadline" ? { deadline: 30 } : { signal: AbortSignal.timeout(30) };
        const work = own.infer([pipeline, raw], { onError, ...options });
        await expect(work).rejects.toMatchObject(
          ending === "deadline" ? { code: "DEADLINE_EXCEEDED" } : { name: "TimeoutError" },
        );
        await expect(own.infer(raw)).rejects.toMatchObject({ code: "QUEUE_FULL" });
        end();
        await new Promise((resolve) => setTimeout(resolve, 0));
        expect([...(await own.infer(raw)).segmentationMap]).toEqual(stripeMap);
      }
    }
    await own.close();
  });

  test("keeps neither close() nor its call when the model is closed", async () => {
    const own = await AutoModel.fromPretrained(folder);
    const { pipeline } = slowPipeline();
    const refused = expect(own.infer(pipeline)).rejects.toMatchObject({ code: "CLOSED" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all([own.close(), refused]);
  });
});
