// What infer does with every kind of image, seen from outside: the same answer, and nothing left behind by a call that
// ends before its image does.

import { once } from "node:events";
import { createReadStream, openAsBlob } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import {
  AutoModel,
  DeepLabError,
  type ImageSource,
  overlay,
  type SemanticSegmentationModel,
} from "deeplab-rt";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newFolder, removeFolders, stripeMap, stripes, tinyPackage } from "../support/tiny-package.js";
import { serve, stopServers } from "../support/web-server.js";

let folder = "";
let model: SemanticSegmentationModel;
let file = "";
let encoded: Buffer;
const raw = stripes();

beforeAll(async () => {
  folder = await tinyPackage();
  model = await AutoModel.fromPretrained(folder);
  encoded = await sharp(raw.data, { raw: { width: 8, height: 8, channels: 3 } })
    .png()
    .toBuffer();
  file = path.join(await newFolder(), "stripes.png");
  await writeFile(file, encoded);
});
afterAll(async () => {
  await model.close();
  await removeFolders();
});

/** A stream that says nothing, and never ends. */
const silent = () => new Readable({ read() {} });
const rgba = () =>
  Uint8ClampedArray.from({ length: 8 * 8 * 4 }, (_, i) =>
    i % 4 === 3 ? 0 : (raw.data[(i >> 2) * 3 + (i % 4)] ?? 0),
  );

describe("infer takes", () => {
  const sources: [name: string, make: () => ImageSource | Promise<ImageSource>][] = [
    ["a path", () => file],
    ["bytes", () => encoded],
    ["base64", () => ({ base64: encoded.toString("base64") })],
    ["a data: URL", () => `data:image/png;base64,${encoded.toString("base64")}`],
    ["a Blob", () => openAsBlob(file)],
    ["a Node stream", () => createReadStream(file)],
    ["a web stream", () => new Blob([encoded]).stream()],
    ["a sharp instance", () => sharp(encoded)],
    ["an ImageData", () => ({ data: rgba(), width: 8, height: 8, colorSpace: "srgb" })],
  ];

  test.each(sources)("%s", async (_, make) => {
    const { segmentationMap, timings } = await model.infer(await make());
    expect([...segmentationMap]).toEqual(stripeMap);
    expect(timings.total).toBeGreaterThanOrEqual(timings.decode);
  });

  test("all of them in one list, and as the images of a stream", async () => {
    const images = () => Promise.all(sources.map(([, make]) => make()));
    const results = await model.infer(await images());
    expect(results.map(({ segmentationMap }) => [...segmentationMap])).toEqual(sources.map(() => stripeMap));
    let count = 0;
    // An object-mode stream is one of images, of which some are streams of bytes.
    for await (const { result } of model.stream(
      Readable.from(await images()) as AsyncIterable<ImageSource>,
    )) {
      expect([...result.segmentationMap]).toEqual(stripeMap);
      count++;
    }
    expect(count).toBe(sources.length);
  });

  test("encoded bytes in shared memory as they are at the call", async () => {
    const memory = new Uint8Array(new SharedArrayBuffer(encoded.length));
    memory.set(encoded);
    const result = model.infer(memory);
    memory.fill(0);
    expect([...(await result).segmentationMap]).toEqual(stripeMap);
  });

  test("a stream of images for no image, and a stream of bytes for no stream of images", async () => {
    const images = Readable.from([file]);
    await expect(model.infer(images)).rejects.toMatchObject({
      code: "IMAGE_INVALID",
      hint: expect.stringContaining("model.stream()"),
    });
    expect(images.destroyed).toBe(false);
    expect(() => model.stream(createReadStream(file) as never)).toThrow(
      expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringContaining("model.infer()") }),
    );
  });
});

describe("a stream of bytes is let go", () => {
  test("when the call is aborted, at once and with the signal's reason", async () => {
    const stream = silent();
    const controller = new AbortController();
    const work = model.infer(stream, { signal: controller.signal });
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 20);
    await expect(work).rejects.toBe(reason);
    if (!stream.closed) await once(stream, "close");
  });

  test("when the deadline is over", async () => {
    const stream = silent();
    await expect(model.infer(stream, { deadline: 50 })).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(stream.destroyed).toBe(true);
  });

  test("when the model is closed: the call is CLOSED and does not wait for it", async () => {
    const other = await AutoModel.fromPretrained(folder);
    const stream = silent();
    const work = other.infer(stream);
    const closing = setTimeout(() => void other.close(), 20);
    await expect(work).rejects.toMatchObject({ code: "CLOSED" });
    expect(stream.destroyed).toBe(true);
    clearTimeout(closing);
    await other.close();
    const late = [silent(), silent(), silent(), silent(), silent()] as const;
    const calls = [
      other.infer(late[0]),
      other.infer([raw, late[1], late[2]]),
      other.inspect(late[3]),
      other.explainPixel(late[4], { x: 0, y: 0 }),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "CLOSED" });
    expect(late.map(({ destroyed }) => destroyed)).toEqual(Array(5).fill(true));
  });

  test("when the model is closed, of many calls at once, without a warning of too many listeners", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const other = await AutoModel.fromPretrained(folder);
    const streams = Array.from({ length: 20 }, silent);
    const calls = Promise.allSettled(streams.map((stream) => other.infer(stream)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await other.close();
    const answers = await calls;
    process.off("warning", onWarning);
    expect(answers.map((answer) => (answer as PromiseRejectedResult).reason.code)).toEqual(
      Array(20).fill("CLOSED"),
    );
    expect(streams.every(({ destroyed }) => destroyed)).toBe(true);
    expect(warnings).toEqual([]);
  });

  test("when another image of the list is bad, or there is no room", async () => {
    const stream = silent();
    await expect(model.infer(["/no/such.png", stream])).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    expect(stream.destroyed).toBe(true);
    const full = await AutoModel.fromPretrained(folder, { maxQueue: 1, onFull: "reject", maxBatch: 1 });
    const inside = silent();
    const controller = new AbortController();
    const waiting = full.infer([inside, raw, raw, raw], { signal: controller.signal });
    const refused = silent();
    await expect(full.infer(refused)).rejects.toMatchObject({ code: "QUEUE_FULL" });
    expect([inside.destroyed, refused.destroyed]).toEqual([false, true]);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    await full.close();
  });

  test("when an image of the list is none, wherever the stream stands, or the call was aborted before", async () => {
    const streams = [silent(), silent()] as const;
    const web = new Blob([encoded]).stream();
    await expect(model.infer([streams[0], 42 as never, streams[1], web])).rejects.toMatchObject({
      code: "IMAGE_INVALID",
      detail: { index: 1 },
    });
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    expect(await web.getReader().read()).toMatchObject({ done: true });
    const late = silent();
    const reason = new Error("enough");
    await expect(model.infer(late, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(late.destroyed).toBe(true);
  });

  test("when an overlay over it is aborted, before or while it is read; not when its options are wrong", async () => {
    const result = await model.infer(raw);
    const reason = new Error("enough");
    const [early, late, unread] = [silent(), silent(), silent()];
    await expect(result.overlay({ image: early, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const painting = result.overlay({ image: late, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(painting).rejects.toBe(reason);
    for (const options of [
      { legend: { bogus: 1 } },
      { alpha: 2 },
      { bogus: 1 },
      { outline: 5 },
      { signal: 5 },
    ]) {
      const refused = result.overlay({ image: unread, ...options } as never);
      await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^OPTION_/) });
    }
    expect([early, late, unread].map(({ destroyed }) => destroyed)).toEqual([true, true, false]);
  });

  test("when the result that an overlay is made of has been disposed", async () => {
    const result = await model.infer(raw);
    result.dispose();
    const streams = [silent(), silent(), new Blob([encoded]).stream()] as const;
    const gone = { code: "RESULT_DISPOSED" };
    await expect(result.overlay({ image: streams[0] })).rejects.toMatchObject(gone);
    await expect(overlay(streams[1], result)).rejects.toMatchObject(gone);
    await expect(overlay(streams[2], result)).rejects.toMatchObject(gone);
    await expect(result.overlay()).rejects.toMatchObject(gone);
    await expect(result.overlay(null as never)).rejects.toMatchObject(gone);
    expect([streams[0].destroyed, streams[1].destroyed]).toEqual([true, true]);
    expect(await streams[2].getReader().read()).toMatchObject({ done: true });
  });

  test("when the loop over model.stream() is left", async () => {
    const stream = silent();
    for await (const { index } of model.stream([file, stream])) {
      expect(index).toBe(0);
      break;
    }
    if (!stream.closed) await once(stream, "close");
  });

  test("but not when the call's options are wrong: then it was never taken, and can be used", async () => {
    const wrong = [{ confidance: 1 }, { confidence: 2 }, { signal: 5 }, { out: 5 }, { onError: "result" }];
    const stream = Readable.from([encoded], { objectMode: false });
    const web = new Blob([encoded]).stream();
    for (const options of wrong) {
      for (const source of [stream, web]) {
        const refused = model.infer(source, options as never);
        await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^OPTION_/) });
      }
    }
    expect([stream.destroyed, web.locked]).toEqual([false, false]);
    for (const source of [stream, web])
      expect([...(await model.infer(source)).segmentationMap]).toEqual(stripeMap);
  });

  test("nor when those of model.stream() are, before its source is opened", async () => {
    const objects = Readable.from([encoded]);
    const web = new ReadableStream<Buffer>({
      start(controller) {
        controller.enqueue(encoded);
        controller.close();
      },
    });
    for (const source of [objects, web]) {
      for (const options of [{ bogus: 1 }, { concurrency: 0 }])
        expect(() => model.stream(source, options as never)).toThrow(DeepLabError);
    }
    expect([objects.destroyed, web.locked]).toEqual([false, false]);
    for (const source of [objects, web]) {
      for await (const { result } of model.stream(source))
        expect([...result.segmentationMap]).toEqual(stripeMap);
    }
  });
});

describe('with onError: "result"', () => {
  test("a stream that fails fails for itself", async () => {
    const broken = new PassThrough();
    setTimeout(() => broken.destroy(new Error("cable")), 20);
    const [good, bad, blob] = await model.infer([createReadStream(file), broken, new Blob([encoded])], {
      onError: "result",
    });
    expect(bad).toMatchObject({ index: 1, error: { code: "IMAGE_UNREADABLE" } });
    for (const answer of [good, blob]) {
      if (answer === undefined || answer.error !== undefined) throw new Error("expected a result");
      expect([...answer.segmentationMap]).toEqual(stripeMap);
    }
  });

  test("an abort is the call's, and lets go of every stream", async () => {
    const streams = Array.from({ length: 6 }, silent);
    const controller = new AbortController();
    const work = model.infer(streams, { onError: "result", signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(work).rejects.toThrow("enough");
    await Promise.all(streams.map((stream) => stream.closed || once(stream, "close")));
  });
});

describe("web addresses", () => {
  test("are refused unless the model was loaded with allowUrls, and the error says so", async () => {
    for (const source of ["https://example.org/a.png?key=c2VjcmV0", new URL("http://example.org/a.png")]) {
      const error = await model.infer(source).catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: "NETWORK_NOT_ALLOWED",
        message: expect.stringContaining("allowUrls"),
        detail: { option: "allowUrls", host: "example.org" },
      });
      expect(String(error)).not.toContain("c2VjcmV0");
    }
  });

  test("of this machine are refused with allowUrls too, even where the list names it, and never connected to", async () => {
    const server = await serve((_, response) => response.end(encoded));
    const hosts = ["127.0.0.1", "[::1]", "localhost", "[::ffff:7f00:1]"].map(
      (host) => `${host}:${server.port}`,
    );
    for (const allowUrls of [true, hosts] as const) {
      await using open = await AutoModel.fromPretrained(folder, { allowUrls });
      for (const host of hosts) {
        await expect(open.infer(`http://${host}/a.png`)).rejects.toMatchObject({
          code: "NETWORK_FORBIDDEN_ADDRESS",
        });
      }
    }
    expect(server.sockets).toEqual([]);
    await stopServers();
  });

  test("of hosts that are not in the list are refused", async () => {
    await using open = await AutoModel.fromPretrained(folder, { allowUrls: ["*.example.org"] });
    await expect(open.infer(["https://example.net/a.png"])).rejects.toMatchObject({
      code: "NETWORK_NOT_ALLOWED",
      detail: { index: 0, host: "example.net" },
    });
  });
});

describe("the picture of an overlay", () => {
  test("is held to the rules of the model that made the result", async () => {
    await using open = await AutoModel.fromPretrained(folder, { allowUrls: true, limitInputPixels: 63 });
    const result = await open.infer(raw);
    await expect(result.overlay({ image: "http://127.0.0.1:9/a.png" })).rejects.toMatchObject({
      code: "NETWORK_FORBIDDEN_ADDRESS", // allowed, but for where it leads
    });
    await expect(result.overlay({ image: encoded })).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    expect((await overlay(encoded, result)).width).toBe(8);
  });

  test("is not fetched where there is no model, and the error says who does", async () => {
    const image = "https://example.org/a.png";
    const result = await model.infer(raw);
    await expect(overlay(image, result)).rejects.toMatchObject({
      code: "NETWORK_NOT_ALLOWED",
      hint: expect.stringContaining("result.overlay({ image })"),
    });
    await expect(result.overlay({ image })).rejects.toMatchObject({
      code: "NETWORK_NOT_ALLOWED",
      hint: expect.stringContaining("load the model with"),
    });
  });

  test("is as it was at the call, raw pixels too", async () => {
    const result = await model.infer(raw);
    const image = { ...raw, data: Uint8Array.from(raw.data) };
    const expected = await result.overlay({ image });
    for (const paint of [() => result.overlay({ image }), () => overlay(image, result)]) {
      image.data.set(raw.data);
      const painting = paint();
      image.data.fill(7);
      expect(await painting).toEqual(expected);
    }
  });
});
