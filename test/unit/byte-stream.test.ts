// Streams of the bytes of one picture: bounded, read once, let go of whatever happens, and their errors have names.

import { once } from "node:events";
import { createReadStream } from "node:fs";
import { PassThrough, Readable } from "node:stream";
import type { UnderlyingSource } from "node:stream/web";
import { describe, expect, test } from "vitest";
import { encodedByteLimit } from "../../dist/image/byte-collector.js";
import { loadImages, takeImages } from "../../dist/image/load-all.js";
import { type ImageSource, takeImage } from "../../dist/image/source.js";
import { dropImages, type LaterImage } from "../../dist/image/taken.js";
import { noUrls } from "../../dist/image/url-rules.js";
import { openFrames } from "../../dist/stream/frames.js";

const never = new AbortController().signal;
const rules = { urls: noUrls, limitInputPixels: 100_000_000 };
const settings = { copyInput: true, rules };
const take = (source: unknown) => takeImage(source as ImageSource) as LaterImage;
const refusal = (source: unknown) => {
  try {
    take(source);
  } catch (error) {
    return error;
  }
  return expect.unreachable("it was taken");
};
/** A stream that says nothing, and never ends. */
const silent = () => new Readable({ read() {} });
const failed = (error: unknown) => new Readable({ read() {} }).destroy(error as Error);
const web = (source: UnderlyingSource<unknown>) => new ReadableStream(source);

describe("a Node stream", () => {
  test("is read to its end and destroyed", async () => {
    const stream = Readable.from([Buffer.from("ab"), Buffer.from("c")], { objectMode: false });
    expect(Buffer.from(await take(stream).read(never)).toString()).toBe("abc");
    expect(stream.destroyed).toBe(true);
  });

  test("that fails in the middle is IMAGE_UNREADABLE with the stream's own error", async () => {
    const cause = new Error("cable");
    const stream = new PassThrough();
    stream.write("some");
    setImmediate(() => stream.destroy(cause));
    await expect(take(stream).read(never)).rejects.toMatchObject({
      code: "IMAGE_UNREADABLE",
      message: expect.stringContaining("cable"),
      cause,
    });
  });

  test("that fails before its turn does not end the process, and fails when it is read", async () => {
    const taken = take(createReadStream("/no/such/picture.png"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(taken.read(never)).rejects.toMatchObject({
      code: "IMAGE_UNREADABLE",
      cause: { code: "ENOENT" },
    });
  });

  test("that is destroyed before its end is IMAGE_UNREADABLE, not a short picture", async () => {
    const stream = new PassThrough();
    stream.write("some");
    setImmediate(() => stream.destroy());
    await expect(take(stream).read(never)).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
  });

  test("that never ends is bounded by bytes, and destroyed", async () => {
    const chunk = Buffer.alloc(2 ** 24);
    let given = 0;
    const endless = new Readable({
      read() {
        given += chunk.length;
        this.push(chunk);
      },
    });
    await expect(take(endless).read(never)).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
      detail: { allowed: encodedByteLimit },
    });
    expect(endless.destroyed).toBe(true);
    expect(given).toBeLessThan(encodedByteLimit + 4 * chunk.length);
  });

  test("that says nothing is destroyed when it is stopped, and rejects with the reason at once", async () => {
    const stream = silent();
    const controller = new AbortController();
    const read = take(stream).read(controller.signal);
    const reason = new Error("over");
    setImmediate(() => controller.abort(reason));
    await expect(read).rejects.toBe(reason);
    expect(stream.destroyed).toBe(true);
  });

  test("is destroyed when it is dropped, which does nothing to one that was read", async () => {
    const [dropped, read] = [silent(), Readable.from([Buffer.from("a")], { objectMode: false })];
    take(dropped).drop?.();
    expect(dropped.destroyed).toBe(true);
    const taken = take(read);
    await taken.read(never);
    dropImages([taken]);
    expect(read.errored).toBeNull();
  });

  test.each<[string, () => unknown, RegExp, RegExp]>([
    ["in object mode", () => Readable.from([Buffer.from("a")]), /object mode/, /model\.stream\(\)/],
    ["of text", () => silent().setEncoding("utf8"), /text/, /stream of bytes/],
    ["that was destroyed", () => silent().destroy(), /destroyed/, /nobody has read/],
  ])("%s is refused at the call", (_, make, message, hint) => {
    expect(refusal(make())).toMatchObject({
      code: "IMAGE_INVALID",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  test("that has failed already is refused with its error", () => {
    const cause = new Error("cable");
    const stream = failed(cause).on("error", () => {});
    expect(refusal(stream)).toMatchObject({ code: "IMAGE_UNREADABLE", cause });
  });

  test("that somebody has read, or that is given twice, is refused", async () => {
    const begun = Readable.from([Buffer.from("a"), Buffer.from("b")], { objectMode: false });
    begun.resume();
    await once(begun, "data");
    expect(refusal(begun)).toMatchObject({
      code: "IMAGE_INVALID",
      message: expect.stringMatching(/read already/),
    });
    const twice = silent();
    const given = () => takeImages({ sources: [twice, twice], isList: true }, settings);
    expect(given).toThrow(
      expect.objectContaining({ code: "IMAGE_INVALID", detail: expect.objectContaining({ index: 1 }) }),
    );
    expect(twice.destroyed).toBe(true);
  });
});

describe("a web stream", () => {
  test("is read to its end and unlocked", async () => {
    const stream = web({
      start(controller) {
        for (const part of ["ab", "c"]) controller.enqueue(Buffer.from(part));
        controller.close();
      },
    });
    const taken = take(stream);
    expect(stream.locked).toBe(true);
    expect(Buffer.from(await taken.read(never)).toString()).toBe("abc");
    expect(stream.locked).toBe(false);
  });

  test("that fails is IMAGE_UNREADABLE with the stream's own error, whatever that is", async () => {
    for (const cause of [new Error("cable"), "cable"]) {
      const stream = web({ pull: (controller) => controller.error(cause) });
      await expect(take(stream).read(never)).rejects.toMatchObject({
        code: "IMAGE_UNREADABLE",
        message: expect.stringContaining("cable"),
        cause,
      });
      expect(stream.locked).toBe(false);
    }
  });

  test("that never ends is bounded by bytes, and cancelled", async () => {
    const chunk = new Uint8Array(2 ** 24);
    let cancelled: unknown;
    const endless = web({
      pull: (controller) => controller.enqueue(chunk),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    await expect(take(endless).read(never)).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    expect(cancelled).toMatchObject({ code: "IMAGE_TOO_LARGE" });
    expect(endless.locked).toBe(false);
  });

  test("that says nothing, and does not let itself be cancelled, is stopped at once", async () => {
    let cancelled: unknown;
    const stream = web({
      pull: () => new Promise(() => {}),
      cancel: (reason) => {
        cancelled = reason;
        return new Promise(() => {});
      },
    });
    const controller = new AbortController();
    const read = take(stream).read(controller.signal);
    const reason = new Error("over");
    setImmediate(() => controller.abort(reason));
    await expect(read).rejects.toBe(reason);
    expect(cancelled).toBe(reason);
  });

  test("is cancelled and unlocked when it is dropped", () => {
    let cancelled = false;
    const stream = web({
      cancel: () => {
        cancelled = true;
      },
    });
    take(stream).drop?.();
    expect([cancelled, stream.locked]).toEqual([true, false]);
  });

  test("that is locked is refused at the call", () => {
    const stream = web({});
    stream.getReader();
    expect(refusal(stream)).toMatchObject({
      code: "IMAGE_INVALID",
      message: expect.stringMatching(/locked/),
    });
  });

  test.each([
    ["text"],
    [5],
    [{ data: new Uint8Array(3), width: 1, height: 1 }],
    [new Float32Array(2)],
    [null],
  ])("of %j is IMAGE_INVALID and says where images go", async (part) => {
    const stream = web({ pull: (controller) => controller.enqueue(part) });
    await expect(take(stream).read(never)).rejects.toMatchObject({
      code: "IMAGE_INVALID",
      hint: expect.stringMatching(/model\.stream\(\)/),
    });
  });

  test("whose part was transferred away says so", async () => {
    const part = new Uint8Array(8);
    structuredClone(part.buffer, { transfer: [part.buffer] });
    const stream = web({ pull: (controller) => controller.enqueue(part) });
    await expect(take(stream).read(never)).rejects.toMatchObject({
      message: expect.stringMatching(/is detached/),
    });
  });
});

describe("streams in a list", () => {
  test("are let go where another image is refused at the call", () => {
    const [node, other] = [silent(), web({})];
    const sources = [node, other, 5] as unknown as ImageSource[];
    expect(() => takeImages({ sources, isList: true }, settings)).toThrow();
    expect([node.destroyed, other.locked]).toEqual([true, false]);
  });

  test("after one that fails are stopped; those before it are waited for, as one may fail first", async () => {
    const [first, third] = [new PassThrough(), silent()];
    const sources = [first, "/no/such/picture.png", third];
    const loaded = loadImages(takeImages({ sources, isList: true }, settings), { rules, stop: never });
    loaded.catch(() => {});
    await once(third, "close");
    expect(first.destroyed).toBe(false);
    first.destroy(new Error("cable"));
    await expect(loaded).rejects.toMatchObject({ code: "IMAGE_UNREADABLE", detail: { index: 0 } });
  });

  test("are stopped with the call", async () => {
    const streams = [silent(), silent()];
    const controller = new AbortController();
    const taken = takeImages({ sources: streams, isList: true }, settings);
    const loaded = loadImages(taken, { rules, stop: controller.signal });
    const reason = new Error("over");
    setImmediate(() => controller.abort(reason));
    await expect(loaded).rejects.toBe(reason);
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });
});

describe("a stream of bytes as the source of model.stream()", () => {
  test.each<[string, () => unknown]>([
    ["of Node", () => silent()],
    ["of the web", () => new ReadableStream({ type: "bytes" })],
    ["of a Blob", () => new Blob(["bytes"]).stream()],
    ["of a response", () => new Response("bytes").body],
  ])("is refused, and left as it is: %s", (_, make) => {
    const stream = make();
    expect(() => openFrames(stream as never)).toThrow(
      expect.objectContaining({
        code: "OPTION_INVALID",
        message: expect.stringMatching(/goes to model\.infer\(\)/),
      }),
    );
    expect((stream as ReadableStream).locked ?? false).toBe(false);
    expect((stream as Readable).destroyed ?? false).toBe(false);
  });
});
