// The stream of results over an infer whose answers the test gives by hand.

import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type FrameSource, openFrames } from "../../dist/stream/frames.js";
import { FrameStream } from "../../dist/stream/result-stream.js";

interface Given {
  readonly image: number;
  readonly index: number;
  readonly signal: AbortSignal;
  readonly answer: (result: string) => void;
  readonly fail: (error: unknown) => void;
}

const defaults = {
  ordered: true,
  concurrency: 2,
  latestOnly: false,
  onError: "throw" as "throw" | "result",
  signal: undefined as AbortSignal | undefined,
};

/** A stream, and what it has handed to infer so far. */
function streamOf(source: FrameSource<number>, settings: Partial<typeof defaults> = {}) {
  const given: Given[] = [];
  let open = 0;
  const stream = new FrameStream<number, string>({
    frames: openFrames(source),
    settings: { ...defaults, ...settings, infer: {} },
    infer: (image, index, signal) =>
      new Promise((resolve, reject) => {
        given.push({ image, index, signal, answer: resolve, fail: reject });
      }),
    onBegin: () => {
      open++;
      return () => {
        open--;
      };
    },
  });
  return { stream, given, open: () => open, at: (i: number) => given[i] as Given };
}

/** Counts what is pulled, and whether it was closed. */
function numbers(count = Number.POSITIVE_INFINITY) {
  const state = { pulled: 0, closed: false };
  async function* generate() {
    try {
      for (let i = 0; i < count; i++) {
        state.pulled++;
        yield i * 10;
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, source: generate() };
}

/** Several turns of the event loop: whatever can happen by itself has happened. */
async function settle() {
  for (let i = 0; i < 12; i++) await turn();
}

describe("backpressure", () => {
  test("nothing is pulled before the first next(), and never more than concurrency ahead of the consumer", async () => {
    const { state, source } = numbers();
    const { stream, given, at } = streamOf(source, { concurrency: 3 });
    await settle();
    expect(state.pulled).toBe(0);
    const first = stream.next();
    await settle();
    expect([state.pulled, given.length]).toEqual([3, 3]);
    for (const one of given) one.answer("done");
    await first;
    await settle();
    // The first was taken, so one more came; the other two are ready and wait for their consumer.
    expect(state.pulled).toBe(4);
    at(3).answer("done");
    await settle();
    expect(state.pulled).toBe(4);
    await stream.next();
    await settle();
    expect(state.pulled).toBe(5);
    await stream.return();
  });
});

describe("order", () => {
  test("is that of the source, whichever image is ready first", async () => {
    const { stream, at } = streamOf(numbers(2).source);
    const items = [stream.next(), stream.next(), stream.next()];
    await settle();
    at(1).answer("second");
    await settle();
    at(0).answer("first");
    expect(await Promise.all(items)).toEqual([
      { done: false, value: { index: 0, image: 0, skipped: 0, result: "first" } },
      { done: false, value: { index: 1, image: 10, skipped: 0, result: "second" } },
      { done: true, value: undefined },
    ]);
  });

  test("is that of the answers with ordered: false", async () => {
    const { stream, at } = streamOf(numbers().source, { ordered: false, concurrency: 3 });
    const first = stream.next();
    await settle();
    at(2).answer("c");
    at(1).answer("b");
    expect((await first).value).toMatchObject({ index: 2 });
    expect((await stream.next()).value).toMatchObject({ index: 1 });
    await stream.return();
  });
});

describe("latestOnly", () => {
  test("takes all that comes, begins the newest, and counts what was overtaken", async () => {
    const waiting: ((image: number) => void)[] = [];
    const camera = {
      [Symbol.asyncIterator]: () => camera,
      next: () =>
        new Promise<{ done: false; value: number }>((resolve) =>
          waiting.push((value) => resolve({ done: false, value })),
        ),
    };
    const shoot = async (image: number) => {
      await settle();
      waiting.shift()?.(image);
      await settle();
    };
    const { stream, given, at } = streamOf(camera, { latestOnly: true, concurrency: 1 });
    const first = stream.next();
    for (const image of [0, 1, 2, 3]) await shoot(image);
    expect(given.map(({ image }) => image)).toEqual([0]);
    expect(stream.stats).toEqual({ received: 4, answered: 0, skipped: 2, failed: 0 });
    at(0).answer("a");
    expect((await first).value).toMatchObject({ index: 0, skipped: 0 });
    await settle();
    expect(given.map(({ image }) => image)).toEqual([0, 3]);
    at(1).answer("d");
    expect((await stream.next()).value).toMatchObject({ index: 3, image: 3, skipped: 2, result: "d" });
    // A slow consumer: what is ready is not redone, newer images go on overtaking each other.
    for (const image of [4, 5]) await shoot(image);
    at(2).answer("e");
    for (const image of [6, 7]) await shoot(image);
    expect(given).toHaveLength(3);
    expect((await stream.next()).value).toMatchObject({ index: 4, result: "e" });
    await settle();
    expect(at(3).image).toBe(7);
    await stream.return();
  });

  test("answers the newest of a source that has ended", async () => {
    const { stream, at, given } = streamOf([1, 2, 3], { latestOnly: true, concurrency: 1 });
    const first = stream.next();
    await settle();
    at(0).answer("a");
    await first;
    const last = stream.next();
    await settle();
    at(1).answer("c");
    expect((await last).value).toMatchObject({ image: 3, skipped: 1 });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(given).toHaveLength(2);
  });

  test("leaves the event loop its turns, however fast the source is", async () => {
    const { state, source } = numbers();
    const { stream } = streamOf(source, { latestOnly: true });
    void stream.next();
    // The polls are timers: they would never come.
    await expect.poll(() => state.pulled).toBeGreaterThan(50);
    await stream.return();
  });
});

describe("the end", () => {
  test("by leaving the loop closes the source, aborts what waits, and is no unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", note);
    const { state, source } = numbers();
    const { stream, given, at, open } = streamOf(source);
    const first = stream.next();
    await settle();
    at(0).answer("a");
    await first;
    expect(open()).toBe(1);
    await stream.return();
    expect([state.closed, open()]).toEqual([true, 0]);
    expect(given.slice(1).every(({ signal }) => signal.aborted)).toBe(true);
    for (const { fail } of given) fail(new Error("aborted"));
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await settle();
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  test("does not wait for a source that is waiting itself", async () => {
    async function* stuck() {
      yield 1;
      await new Promise(() => {});
    }
    const { stream, at } = streamOf(stuck());
    const first = stream.next();
    await settle();
    at(0).answer("a");
    await first;
    expect(await stream.return()).toEqual({ done: true, value: undefined });
  });

  test("tells an error of closing the source to who leaves the loop", async () => {
    const source = {
      [Symbol.iterator]: () => source,
      next: () => ({ done: false as const, value: 1 }),
      return: () => {
        throw new Error("cannot be closed");
      },
    };
    const { stream, at } = streamOf(source);
    const first = stream.next();
    await settle();
    at(0).answer("a");
    await first;
    await expect(stream.return()).rejects.toThrow("cannot be closed");
  });

  test("by an error of an image comes in its place, and once", async () => {
    const { state, source } = numbers();
    const { stream, at } = streamOf(source, { concurrency: 3 });
    const items = [stream.next(), stream.next(), stream.next()];
    await settle();
    at(1).fail(new Error("bad image"));
    await settle();
    at(0).answer("a");
    expect((await items[0])?.value).toMatchObject({ result: "a" });
    await expect(items[1]).rejects.toThrow("bad image");
    expect(await items[2]).toEqual({ done: true, value: undefined });
    expect(at(2).signal.aborted).toBe(true);
    await settle();
    expect(state.closed).toBe(true);
    expect(stream.stats.failed).toBe(1);
  });

  test("does not come with onError: result, whose items carry the errors", async () => {
    const { stream, at } = streamOf([5, 6], { onError: "result" });
    const items = [stream.next(), stream.next(), stream.next()];
    await settle();
    const error = new Error("bad image");
    at(0).fail(error);
    at(1).answer("b");
    expect((await items[0])?.value).toEqual({ index: 0, image: 5, skipped: 0, error });
    expect((await items[1])?.value).toMatchObject({ result: "b" });
    expect((await items[2])?.done).toBe(true);
    expect(stream.stats).toEqual({ received: 2, answered: 1, skipped: 0, failed: 1 });
  });

  test("by an error of the source comes after the images before it", async () => {
    async function* failing() {
      yield 1;
      throw new Error("cable");
    }
    const { stream, at } = streamOf(failing());
    const items = [stream.next(), stream.next()];
    await settle();
    at(0).answer("a");
    expect((await items[0])?.value).toMatchObject({ result: "a" });
    await expect(items[1]).rejects.toThrow("cable");
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("by the signal comes at once, with its reason", async () => {
    const { state, source } = numbers();
    const controller = new AbortController();
    const { stream, at } = streamOf(source, { signal: controller.signal });
    const first = stream.next();
    await settle();
    controller.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    expect(at(0).signal.aborted).toBe(true);
    await settle();
    expect(state.closed).toBe(true);
    const late = streamOf(numbers().source, { signal: controller.signal });
    await expect(late.stream.next()).rejects.toThrow("enough");
    expect(late.given).toEqual([]);
  });

  test("from outside waits for the consumer who is not there yet", async () => {
    const { stream } = streamOf(numbers().source);
    stream.fail(new Error("closed"));
    await settle();
    await expect(stream.next()).rejects.toThrow("closed");
    expect((await stream.next()).done).toBe(true);
  });
});

describe("sources", () => {
  const all = async (source: FrameSource<number>) => {
    const frames = openFrames(source);
    const images: number[] = [];
    for (let pulled = await frames.pull(); pulled !== undefined; pulled = await frames.pull()) {
      images.push(pulled.image);
    }
    await frames.close();
    return images;
  };

  test("may be arrays, promises in arrays, generators, Readables and web streams", async () => {
    expect(await all([1, Promise.resolve(2), 3])).toEqual([1, 2, 3]);
    expect(await all(new Set([1, 2]))).toEqual([1, 2]);
    expect(await all(numbers(2).source)).toEqual([0, 10]);
    expect(await all(Readable.from([1, 2]))).toEqual([1, 2]);
    expect(await all(Readable.toWeb(Readable.from([1, 2])) as never)).toEqual([1, 2]);
  });

  test("a Readable is destroyed and a web stream cancelled, even while they are waited for", async () => {
    const readable = new Readable({ objectMode: true, read() {} });
    const frames = openFrames(readable);
    const pull = frames.pull().catch(() => "over");
    await frames.close();
    expect(readable.destroyed).toBe(true);
    await pull;
    let cancelled = false;
    const web = new ReadableStream<number>({
      cancel() {
        cancelled = true;
      },
    });
    const reader = openFrames<number>(web as never);
    const waiting = reader.pull();
    await reader.close();
    expect([cancelled, await waiting]).toEqual([true, undefined]);
  });

  test.each([
    ["one path", "picture.png"],
    ["bytes", new Uint8Array(3)],
    ["nothing", undefined],
    ["an object", { data: new Uint8Array(3), width: 1, height: 1 }],
    ["a stream of bytes", Readable.from(Buffer.from("bytes"), { objectMode: false })],
  ])("%s is none", (_, source) => {
    expect(() => openFrames(source as never)).toThrow(
      expect.objectContaining({
        code: "OPTION_INVALID",
        message: expect.stringMatching(/source of model.stream\(\)/),
      }),
    );
  });
});
