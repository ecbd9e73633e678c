// close(), aborts, and what they do to work that runs, waits or comes too late.

import { AutoModel, type RawImage, type SemanticSegmentationModel } from "deeplab-rt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { native } from "../../dist/native.js";
import { quickPackage, slowPackage, slowSession } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());
const [quick, slow] = [quickPackage(folder), slowPackage(folder)];

const picture: RawImage = { data: new Uint8Array(40 * 30 * 3).fill(77), width: 40, height: 30 };

/** How a promise ended, in the order in which they did. */
function watch(promises: Record<string, Promise<unknown>>): { order: string[]; done: Promise<unknown> } {
  const order: string[] = [];
  const note = (text: string) => () => order.push(text);
  const all = Object.entries(promises).map(([name, promise]) =>
    promise.then(note(name), (error: { code?: string }) => order.push(`${name}: ${error.code}`)),
  );
  return { order, done: Promise.all(all) };
}

/** Until one picture is in the network and `waiting` are behind it. */
function untilRunning(model: SemanticSegmentationModel, waiting: number): Promise<void> {
  const now = () => {
    const { running, waiting } = model.stats();
    return { running, waiting };
  };
  return expect.poll(now, { interval: 2, timeout: 10_000 }).toEqual({ running: 1, waiting });
}

/** A slow model with one picture in the network and two behind it. */
async function busy(): Promise<{ model: SemanticSegmentationModel; work: Record<string, Promise<unknown>> }> {
  const model = await AutoModel.fromPretrained(slow, slowSession);
  const [running, queued, last] = [model.infer(picture), model.infer(picture), model.infer(picture)];
  await untilRunning(model, 2);
  return { model, work: { running, queued, last } };
}

describe("close()", () => {
  test("waits for what runs; what waits is CLOSED", async () => {
    const { model, work } = await busy();
    const { order, done } = watch({ ...work, close: model.close() });
    await done;
    expect(order.toSorted()).toEqual(["close", "last: CLOSED", "queued: CLOSED", "running"]);
    expect(order.indexOf("running")).toBeLessThan(order.indexOf("close"));
  });

  test("of a list waits for what runs and refuses the rest of it", async () => {
    const model = await AutoModel.fromPretrained(slow, slowSession);
    const list = model.infer([picture, picture, picture]);
    const settled = expect(list).rejects.toMatchObject({ code: "CLOSED" });
    await untilRunning(model, 2);
    await model.close();
    await settled;
  });

  test("may be called again, at once and later", async () => {
    const model = await AutoModel.fromPretrained(quick);
    await Promise.all([model.close(), model.close()]);
    await model.close();
    await model[Symbol.asyncDispose]();
    expect(native().memoryStats().models).toBe(0);
  });

  test("that is called again while work runs waits for it as well", async () => {
    const { model, work } = await busy();
    const { order, done } = watch({
      running: work.running as Promise<unknown>,
      queued: work.queued as Promise<unknown>,
    });
    const last = expect(work.last).rejects.toMatchObject({ code: "CLOSED" });
    void model.close();
    await Promise.all([model.close(), model[Symbol.asyncDispose]()]);
    expect(order.toSorted()).toEqual(["queued: CLOSED", "running"]);
    await Promise.all([done, last]);
  });

  test("makes later calls CLOSED, and info() still tells what it was", async () => {
    const model = await AutoModel.fromPretrained(quick);
    const { channels } = model.info();
    const closing = model.close();
    await expect(model.infer(picture)).rejects.toMatchObject({ name: "DeepLabError", code: "CLOSED" });
    await closing;
    await expect(model.infer(picture)).rejects.toMatchObject({ code: "CLOSED" });
    await expect(model.inspect(picture)).rejects.toMatchObject({ code: "CLOSED" });
    await expect(model.infer([picture])).rejects.toMatchObject({ code: "CLOSED" });
    await expect(model.warmUp()).rejects.toMatchObject({ code: "CLOSED" });
    const refused = expect.objectContaining({ code: "CLOSED" });
    expect(() => model.stream([picture])).toThrow(refused);
    expect(() => model.stats()).toThrow(refused);
    expect(() => model.allocateImage(8, 8)).toThrow(refused);
    expect(() => model.registerBuffer(new SharedArrayBuffer(8))).toThrow(refused);
    expect(model.info().channels).toBe(channels);
  });

  test("leaves other handles of the same model alone", async () => {
    const first = await AutoModel.fromPretrained(quick);
    const second = await AutoModel.fromPretrained(quick);
    expect([first.info().sharedBy, native().memoryStats().models]).toEqual([2, 1]);
    await first.close();
    expect(second.info().sharedBy).toBe(1);
    await expect(second.infer(picture)).resolves.toMatchObject({ width: 40, height: 30 });
    await second.close();
    expect(native().memoryStats().models).toBe(0);
  });

  test("is what `await using` does", async () => {
    let kept: SemanticSegmentationModel | undefined;
    {
      await using model = await AutoModel.fromPretrained(quick);
      kept = model;
      await model.infer(picture);
    }
    await expect(kept.infer(picture)).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("keeps results that were given out", async () => {
    const model = await AutoModel.fromPretrained(quick);
    const result = await model.infer(picture, { confidence: 0 });
    const before = result.confidence.slice();
    await model.close();
    const again = await AutoModel.fromPretrained(quick);
    await again.infer({ ...picture, data: new Uint8Array(40 * 30 * 3) }, { confidence: 0 });
    await again.close();
    expect(result.confidence).toEqual(before);
  });
});

describe("an abort", () => {
  const reason = new Error("no longer wanted");
  let model: SemanticSegmentationModel;
  beforeAll(async () => {
    model = await AutoModel.fromPretrained(slow, slowSession);
  });
  afterAll(() => model.close());

  test("before the call rejects with the signal's reason", async () => {
    const signal = AbortSignal.abort(reason);
    await expect(model.infer(picture, { signal })).rejects.toBe(reason);
    await expect(AutoModel.fromPretrained(quick, { signal })).rejects.toBe(reason);
  });

  test("of a waiting picture rejects at once and lets the running one end", async () => {
    const controller = new AbortController();
    const work = {
      running: model.infer(picture),
      waiting: model.infer(picture, { signal: controller.signal }),
      behind: model.infer(picture),
    };
    const { order, done } = watch(work);
    await untilRunning(model, 2);
    controller.abort(reason);
    await expect(work.waiting).rejects.toBe(reason);
    expect(order).toEqual(["waiting: undefined"]);
    await done;
    expect(order).toEqual(["waiting: undefined", "running", "behind"]);
  });

  test("of the running picture rejects at once, before the run ends, and the model goes on", async () => {
    const controller = new AbortController();
    const running = model.infer(picture, { signal: controller.signal });
    await untilRunning(model, 0);
    const { answered, aborted } = model.stats().calls;
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    // A run cannot be interrupted: the promise did not wait for it.
    expect(model.stats()).toMatchObject({ running: 1, calls: { answered, aborted } });
    await expect(model.infer(picture)).resolves.toMatchObject({ width: 40 });
    expect(model.stats()).toMatchObject({
      running: 0,
      calls: { answered: answered + 1, aborted: aborted + 1 },
    });
  });

  test("after the answer does nothing", async () => {
    const controller = new AbortController();
    const result = await model.infer(picture, { signal: controller.signal });
    controller.abort(reason);
    expect(result.width).toBe(40);
  });

  test("while loading rejects with the reason, and nothing stays loaded", async () => {
    const controller = new AbortController();
    const loading = AutoModel.fromPretrained(quick, { signal: controller.signal });
    const rejected = expect(loading).rejects.toBe(reason);
    setImmediate(() => controller.abort(reason));
    await rejected;
    await expect.poll(() => native().memoryStats().models, { timeout: 5000 }).toBe(1);
  });
});
