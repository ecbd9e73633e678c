// Sources that end badly: what a stream leaves behind of them.

import { describe, expect, test } from "vitest";
import { openFrames } from "../../dist/stream/frames.js";

describe("a web stream that failed", () => {
  test("is let go, and closing does not say its error again", async () => {
    const web = new ReadableStream<number>({
      start(controller) {
        controller.enqueue(1);
      },
      pull(controller) {
        controller.error(new Error("cable"));
      },
    });
    const frames = openFrames<number>(web as never);
    expect(await frames.pull()).toEqual({ image: 1 });
    await expect(frames.pull()).rejects.toThrow("cable");
    await frames.close();
    expect(web.locked).toBe(false);
  });

  test("is let go at its end too", async () => {
    const web = new ReadableStream<number>({ start: (controller) => controller.close() });
    const frames = openFrames<number>(web as never);
    expect(await frames.pull()).toBeUndefined();
    await frames.close();
    expect(web.locked).toBe(false);
  });
});

describe("a generator", () => {
  test("that hands over a promise which fails is still closed", async () => {
    let closed = false;
    function* source() {
      try {
        yield Promise.reject(new Error("frame"));
        yield Promise.resolve(2);
      } finally {
        closed = true;
      }
    }
    const frames = openFrames<number>(source() as never);
    await expect(frames.pull()).rejects.toThrow("frame");
    await frames.close();
    expect(closed).toBe(true);
  });
});
