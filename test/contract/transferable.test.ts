// Results for another thread: by clone, and by transfer of a copy that is made once.

import { once } from "node:events";
import { createRequire } from "node:module";
import { type MessagePort, type TransferListItem, Worker } from "node:worker_threads";
import { AutoModel, Probabilities, type ResultPart } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { classNames } from "../support/package-folder.js";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage, stripeMap, stripes, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

const { model } = await loadTinyModel();

const everything = [
  "segmentationMap",
  "confidence",
  "classAreas",
  "probabilities",
  "overlay",
] as const satisfies ResultPart[];

/** What a Worker makes of a message: it counts the ids of the map, and says what arrived. */
const counting = `
  const { parentPort } = require("node:worker_threads");
  parentPort.on("message", (value) => {
    const counts = [];
    for (const id of value.segmentationMap) counts[id] = (counts[id] ?? 0) + 1;
    parentPort.postMessage({ counts, arrived: value });
  });`;

async function inWorker(value: unknown, transferList: readonly TransferListItem[] = []) {
  const worker = new Worker(counting, { eval: true });
  worker.postMessage(value, transferList);
  const [answer] = await once(worker, "message");
  await worker.terminate();
  return answer as { counts: number[]; arrived: Record<string, unknown> };
}

describe("result.toTransferable()", () => {
  test("holds all that the result does, in memory of its own", async () => {
    const result = await model.infer(stripes(), { include: everything });
    const { value, transferList } = await result.toTransferable();
    const { probabilities, ...fields } = result;
    const { classes, width, height, data } = probabilities;
    const plain = { classes, width, height, data };
    const { imageMetadata } = result;
    expect(value).toEqual({ ...fields, imageMetadata, probabilities: plain });
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    const made = [
      value.segmentationMap,
      value.confidence,
      value.classAreas,
      value.probabilities.data,
      value.overlayImage.data,
    ];
    expect(transferList).toEqual(made.map(({ buffer }) => buffer));
    for (const { buffer, byteOffset, byteLength } of made)
      expect([byteOffset, byteLength]).toEqual([0, buffer.byteLength]);
    value.segmentationMap.fill(9);
    expect([...result.segmentationMap]).toEqual(stripeMap);
  });

  test("arrives in a Worker by transfer: nothing is left here, and the result stays as it was", async () => {
    const result = await model.infer(stripes(), { include: everything });
    const { value, transferList } = await result.toTransferable();
    const kept = structuredClone(value);
    const { counts, arrived } = await inWorker(value, transferList);
    expect(counts).toEqual([16, 32, 16]);
    expect(arrived).toEqual(kept);
    expect(transferList.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0, 0, 0]);
    expect([...result.segmentationMap]).toEqual(stripeMap);
    const { classes, width, height, data } = kept.probabilities;
    const planes = new Probabilities(classes, width, height, data);
    expect(planes.plane("red")).toEqual(result.probabilities.plane("red"));
    expect(() => new Probabilities(classes, width, height, data.subarray(1))).toThrow(
      expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringMatching(/classes\.length/) }),
    );
  });

  test("leaves undefined what was not asked for, and gives 16-bit ids back as such", async () => {
    const weights = Array.from({ length: 300 }, (_, k) => (k === 299 ? [10, 0, 0] : [0, 0, 0]));
    const names = `${classNames(300).join("\n")}\n`;
    await using many = await AutoModel.fromPretrained(
      await tinyPackage({ classNames: names, weights: tinyOnnx({ weights }) }),
    );
    const red = rgbImage(8, 8, () => [255, 0, 0]);
    const result = await many.infer(red, { include: ["segmentationMap"] });
    const { value, transferList } = await result.toTransferable();
    expect(value.segmentationMap).toBeInstanceOf(Uint16Array);
    expect(new Set(value.segmentationMap)).toEqual(new Set([299]));
    expect([value.confidence, value.classAreas, value.probabilities, value.overlayImage]).toEqual(
      Array(4).fill(undefined),
    );
    expect(transferList.length).toBe(1);
  });

  test.each([
    ["shared", SharedArrayBuffer],
    ["ordinary", ArrayBuffer],
  ])(
    "copies arrays of the caller over %s memory, at the call where they could go away",
    async (_, Memory) => {
      const out = {
        segmentationMap: new Uint8Array(new Memory(100), 5, 64),
        confidence: new Float32Array(new Memory(400), 16, 80),
      };
      const result = await model.infer(stripes(), { out });
      const expected = result.confidence.slice();
      const working = result.toTransferable();
      if (Memory === ArrayBuffer) structuredClone(0, { transfer: [out.confidence.buffer as ArrayBuffer] });
      const { value, transferList } = await working;
      expect([...value.segmentationMap]).toEqual(stripeMap);
      expect(value.confidence).toEqual(expected);
      expect(transferList.map((buffer) => [buffer instanceof ArrayBuffer, buffer.byteLength])).toEqual([
        [true, 64],
        [true, 256],
      ]);
    },
  );

  test("says so where an array of the caller is gone", async () => {
    const confidence = new Float32Array(64);
    const result = await model.infer(stripes(), { out: { confidence } });
    structuredClone(0, { transfer: [confidence.buffer] });
    await expect(result.toTransferable()).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringMatching(/toTransferable\(\) .*transferred to another thread/),
    });
  });
});

describe("a result itself", () => {
  test("arrives in a Worker as a copy", async () => {
    const result = await model.infer(stripes());
    const { counts, arrived } = await inWorker(result);
    expect(counts).toEqual([16, 32, 16]);
    expect(arrived).toMatchObject({ width: 8, height: 8, confidence: result.confidence });
    expect([...result.segmentationMap]).toEqual(stripeMap);
  });

  test("keeps its memory where it is asked to be transferred: a copy arrives, or nothing", async () => {
    const result = await model.infer(stripes());
    const channel = new MessageChannel();
    const port = channel.port1 as unknown as MessagePort;
    try {
      port.postMessage(result.segmentationMap, [result.segmentationMap.buffer as ArrayBuffer]);
      const [arrived] = await once(channel.port2 as unknown as MessagePort, "message");
      expect([...arrived]).toEqual(stripeMap);
    } catch (error) {
      expect(error).toMatchObject({ name: "DataCloneError" }); // newer runtimes refuse it
    } finally {
      port.close();
    }
    expect([...result.segmentationMap]).toEqual(stripeMap);
  });
});

test("a Worker's result comes to the main thread by toTransferable()", async () => {
  const index = createRequire(import.meta.url).resolve("../../dist/index.js");
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     const { AutoModel } = require(workerData.index);
     (async () => {
       const model = await AutoModel.fromPretrained(workerData.folder);
       const result = await model.infer(workerData.image);
       const { value, transferList } = await result.toTransferable();
       result.dispose();
       await model.close();
       parentPort.postMessage(value, transferList);
     })();`,
    { eval: true, workerData: { index, folder: await tinyPackage(), image: stripes() } },
  );
  const [message] = await Promise.all([once(worker, "message"), once(worker, "exit")]);
  expect([...message[0].segmentationMap]).toEqual(stripeMap);
  expect(message[0].classNames).toEqual(["background", "red", "green"]);
});
