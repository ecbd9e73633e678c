// More calls than the machine can answer: who waits, who is refused, who goes first, who comes too late.

import { setTimeout as sleep } from "node:timers/promises";
import {
  AutoModel,
  type FromPretrainedOptions,
  type InferOptions,
  type SemanticSegmentationModel,
} from "deeplab-rt";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { slowSession } from "../support/lifecycle-packages.js";
import { slowNetwork } from "../support/networks.js";
import { classNames, plainConfig, TemporaryFolder } from "../support/package-folder.js";
import { rgbImage } from "../support/tiny-package.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());
// Some 150 ms an image on one thread: long beside the calls that are to wait for it, on a busy machine too.
const slow = folder.writePackage("slow", {
  classNames: classNames(5),
  config: plainConfig(192, 192),
  weights: slowNetwork({ batch: 1, height: 192, width: 192 }, 5, 24),
});

const picture = (size = 16) => rgbImage(size, size, () => [200, 10, 10]);
const load = (options: FromPretrainedOptions = {}) =>
  AutoModel.fromPretrained(slow, { ...slowSession, ...options });

/** Until the model works on an image: what comes later finds it busy. */
const untilRunning = (model: SemanticSegmentationModel) =>
  expect.poll(() => model.stats().running, { interval: 2, timeout: 20_000 }).toBe(1);

/** Names in the order in which their calls settle; a rejection with its code behind it. */
function noteOrder(calls: Readonly<Record<string, Promise<unknown>>>) {
  const order: string[] = [];
  const all = Object.entries(calls).map(([name, call]) =>
    call.then(
      () => order.push(name),
      ({ code }) => order.push(`${name}: ${code}`),
    ),
  );
  return { order, all: Promise.all(all) };
}

describe("a queue that is full", () => {
  test("keeps further calls waiting, and answers them in their order", async () => {
    await using model = await load({ maxQueue: 1 });
    const calls = Object.fromEntries(
      ["a", "b", "c", "d", "e", "f"].map((name) => [name, model.infer(picture())]),
    );
    const { order, all } = noteOrder(calls);
    await all;
    expect(order).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  test("has copied raw pixels at the call, those of calls that wait outside too", async () => {
    await using model = await load({ maxQueue: 1 });
    const expected = (await model.infer(picture())).segmentationMap;
    const images = Array.from({ length: 5 }, () => picture());
    const calls = images.map((image) => model.infer(image));
    for (const { data } of images) data.fill(255);
    for (const { segmentationMap } of await Promise.all(calls)) expect(segmentationMap).toEqual(expected);
  });

  test("rejects further calls as QUEUE_FULL at once with onFull: reject", async () => {
    await using model = await load({ maxQueue: 1, onFull: "reject" });
    const settled: string[] = [];
    const calls = Array.from({ length: 12 }, (_, i) =>
      model.infer(picture()).then(
        () => settled.push(`${i}`),
        ({ code }) => settled.push(code),
      ),
    );
    await sleep(10);
    expect(settled.length).toBeGreaterThanOrEqual(8);
    expect(new Set(settled)).toEqual(new Set(["QUEUE_FULL"]));
    await Promise.all(calls);
    const answered = settled.filter((one) => one !== "QUEUE_FULL");
    expect(answered[0]).toBe("0");
    expect(answered.length).toBeGreaterThanOrEqual(2);
    expect(model.stats().calls.rejected).toBe(12 - answered.length);
    expect((await model.infer(picture())).width).toBe(16);
  });

  test("takes a list that is longer than the queue when nothing else waits", async () => {
    for (const onFull of ["wait", "reject"] as const) {
      await using model = await load({ maxQueue: 1, onFull });
      expect(await model.infer(Array.from({ length: 4 }, () => picture()))).toHaveLength(4);
    }
  });

  test("aborted and closed calls that wait outside settle at once", async () => {
    const model = await load({ maxQueue: 1 });
    const running = Array.from({ length: 4 }, () => model.infer(picture()).catch(({ code }) => code));
    const controller = new AbortController();
    const aborted = model.infer(picture(), { signal: controller.signal });
    const outside = model.infer(picture());
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    const refused = expect(outside).rejects.toMatchObject({ code: "CLOSED" });
    const closing = model.close();
    await refused;
    await closing;
    await Promise.all(running);
  });
});

describe("priority", () => {
  test("decides who goes next, in the model and outside of it", async () => {
    for (const maxQueue of [1, 64]) {
      await using model = await load({ maxQueue });
      const call = (options: InferOptions) => model.infer(picture(), options);
      const running = { running: call({}) };
      await untilRunning(model);
      const { order, all } = noteOrder({
        ...running,
        low: call({ priority: -2 }),
        first: call({}),
        second: call({}),
        high: call({ priority: 7 }),
      });
      await all;
      // Those that native code already has are ordered by it, those outside by us: high overtakes in both.
      expect(order[0]).toBe("running");
      if (maxQueue > 1) expect(order).toEqual(["running", "high", "first", "second", "low"]);
      else expect(order.indexOf("high")).toBeLessThan(order.indexOf("second"));
      expect(order.indexOf("first")).toBeLessThan(order.indexOf("second"));
    }
  });
});

describe("a deadline", () => {
  test("drops what has not begun by then, in the model and outside of it, and nothing else", async () => {
    for (const maxQueue of [1, 64]) {
      await using model = await load({ maxQueue });
      const running = model.infer(picture(), { deadline: 60_000 });
      await untilRunning(model);
      const late = Array.from({ length: 4 }, () => model.infer(picture(), { deadline: 5 }));
      const patient = model.infer(picture(), { deadline: 60_000 });
      for (const end of await Promise.allSettled(late)) {
        expect(end).toMatchObject({ reason: { code: "DEADLINE_EXCEEDED", detail: { deadline: 5 } } });
      }
      await expect(running).resolves.toMatchObject({ width: 16 });
      await expect(patient).resolves.toMatchObject({ width: 16 });
    }
  });

  test("counts decoding: what is decoded too late is not even given to the model", async () => {
    await using model = await load();
    const { data, width, height } = picture(700);
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    await expect(model.infer(png, { deadline: 0.01 })).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
      message: expect.stringContaining("0.01 ms"),
    });
  });
});
