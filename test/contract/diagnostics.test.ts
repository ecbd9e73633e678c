// The tracing channel "deeplab-rt:infer": what who traces a program is told of its calls.

import { AsyncLocalStorage } from "node:async_hooks";
import { tracingChannel } from "node:diagnostics_channel";
import { DeepLabError, type InferTrace } from "deeplab-rt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import { rgbImage, stripes } from "../support/tiny-package.js";

const { model } = await loadTinyModel();

const channel = tracingChannel<unknown, InferTrace>("deeplab-rt:infer");
const events: [string, InferTrace][] = [];
const heard = (name: string) => (trace: unknown) => {
  events.push([name, trace as InferTrace]);
};
const subscribers = {
  start: heard("start"),
  end: heard("end"),
  asyncStart: heard("asyncStart"),
  asyncEnd: heard("asyncEnd"),
  error: heard("error"),
};
beforeEach(() => {
  events.length = 0;
  channel.subscribe(subscribers);
});
afterEach(() => channel.unsubscribe(subscribers));
const names = () => events.map(([name]) => name);

describe("who subscribes to deeplab-rt:infer", () => {
  test("hears of a call from its start to its end, with one object that fills", async () => {
    const work = model.infer(stripes());
    expect(names()).toEqual(["start", "end"]); // in the tick of the call
    const [[, trace] = []] = events;
    expect(trace).toEqual({ model: { folder: model.info().folder, modelId: null }, images: 1 });
    const result = await work;
    expect(names()).toEqual(["start", "end", "asyncStart", "asyncEnd"]);
    expect(new Set(events.map(([, one]) => one)).size).toBe(1);
    expect(trace?.result).toEqual([result]);
    expect(trace?.result?.[0]).toBe(result);
    expect(result.timings.total).toBeGreaterThan(0);
  });

  test("hears of lists, inspections, explained pixels and each image of a stream", async () => {
    await model.infer([stripes(), rgbImage(2, 2, () => [1, 2, 3])]);
    await model.inspect(stripes());
    await model.explainPixel(stripes(), { x: 1, y: 1 });
    for await (const _ of model.stream([stripes(), stripes()]));
    const ends = events.filter(([name]) => name === "asyncEnd").map(([, { images }]) => images);
    expect(ends).toEqual([2, 1, 1, 1, 1]);
    const [, list] = events.find(([name]) => name === "asyncEnd") ?? [];
    expect(list?.result?.map((one) => "width" in one && one.width)).toEqual([8, 2]);
  });

  test("hears of errors as the caller does, and of images that failed each for itself", async () => {
    await expect(model.infer("/no/such.png")).rejects.toThrow();
    expect(names()).toEqual(["start", "end", "error", "asyncStart", "asyncEnd"]);
    expect(events[2]?.[1].error).toBeInstanceOf(DeepLabError);
    expect(events[2]?.[1].error).toMatchObject({ code: "IMAGE_NOT_FOUND" });
    events.length = 0;
    const reason = new Error("no more");
    await expect(model.infer(stripes(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(events[2]?.[1].error).toBe(reason);
    events.length = 0;
    await model.infer([stripes(), "/no/such.png"], { onError: "result" });
    expect(names()).not.toContain("error");
    expect(events.at(-1)?.[1].result).toMatchObject([
      { width: 8 },
      { index: 1, error: { code: "IMAGE_NOT_FOUND" } },
    ]);
  });

  test("can bind a store to the call, as tracers do", async () => {
    const store = new AsyncLocalStorage<InferTrace>();
    const seen: (InferTrace | undefined)[] = [];
    channel.start.bindStore(store);
    channel.asyncEnd.subscribe(function once() {
      seen.push(store.getStore());
      channel.asyncEnd.unsubscribe(once);
    });
    await model.infer(stripes());
    channel.start.unbindStore(store);
    expect(seen).toEqual([events[0]?.[1]]);
  });
});

test("a call that nobody traces fills no trace, and gives the same answer", async () => {
  channel.unsubscribe(subscribers);
  expect(channel.hasSubscribers).toBe(false);
  expect((await model.infer(stripes())).width).toBe(8);
  expect(events).toEqual([]);
  channel.subscribe(subscribers);
});
