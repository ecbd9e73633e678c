// Every kind of image gives the pixels that the same picture gives as a file, and what is none says what to pass.

import { openAsBlob } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adapters } from "../../dist/image/adapters.js";
import { readBase64, readDataUrl } from "../../dist/image/data-url.js";
import { type ImageSource, loadImage, takeImage } from "../../dist/image/source.js";
import { png } from "../support/png.js";
import { Random } from "../support/random.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

const [width, height] = [33, 21];
const pixels = new Random(8).bytes(width * height * 3);
const encoded = png(width, height, { colorType: 2, bitDepth: 8 }, [...pixels]);
const base64 = Buffer.from(encoded).toString("base64");
let file = "";

beforeAll(async () => {
  file = path.join(await newFolder(), "a picture.png");
  await writeFile(file, encoded);
});
afterAll(removeFolders);

/** The same bytes in other memory. */
function inMemory<Memory extends ArrayBufferLike>(memory: Memory): Memory {
  new Uint8Array(memory).set(encoded);
  return memory;
}
const ownBuffer = () => inMemory(new ArrayBuffer(encoded.length));
const shared = () => inMemory(new SharedArrayBuffer(encoded.length));
const parts = () => [encoded.subarray(0, 10), encoded.subarray(10, 11), encoded.subarray(11)];
const rgba = () =>
  Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) =>
    i % 4 === 3 ? 77 : (pixels[(i >> 2) * 3 + (i % 4)] ?? 0),
  );

/** Pixels as RGB, whatever their own layout. */
async function rgbOf(source: ImageSource): Promise<number[]> {
  const { image } = await loadImage(takeImage(source));
  expect([image.width, image.height]).toEqual([width, height]);
  const bytes = image.colorFormat === "rgba" ? 4 : 3;
  return [...image.data].filter((_, i) => i % bytes < 3);
}

/** What a class of a browser or a canvas package looks like: getters only. */
class ImageDataLike {
  readonly #data = rgba();
  get data() {
    return this.#data;
  }
  get width() {
    return width;
  }
  get height() {
    return height;
  }
  get colorSpace() {
    return "srgb";
  }
}

const sources: [name: string, adapter: string, make: () => ImageSource | Promise<ImageSource>][] = [
  ["a path", "file", () => file],
  ["a file: URL", "file", () => pathToFileURL(file)],
  ["the text of a file: URL", "file", () => pathToFileURL(file).href],
  ["a Buffer", "encoded bytes", () => Buffer.from(encoded)],
  ["a Uint8Array", "encoded bytes", () => new Uint8Array(ownBuffer())],
  ["a Uint8ClampedArray", "encoded bytes", () => new Uint8ClampedArray(ownBuffer())],
  ["an Int8Array", "encoded bytes", () => new Int8Array(ownBuffer())],
  ["a DataView", "encoded bytes", () => new DataView(ownBuffer())],
  ["an ArrayBuffer", "encoded bytes", ownBuffer],
  ["a SharedArrayBuffer", "encoded bytes", shared],
  ["a view of a SharedArrayBuffer", "encoded bytes", () => new Uint8Array(shared())],
  ["base64", "base64", () => ({ base64 })],
  ["base64 in lines", "base64", () => ({ base64: base64.replace(/.{76}/g, "$&\r\n") })],
  ["base64 without padding", "base64", () => ({ base64: base64.replace(/=+$/, "") })],
  ["URL-safe base64", "base64", () => ({ base64: Buffer.from(encoded).toString("base64url") })],
  ["base64 that is a data: URL", "base64", () => ({ base64: `data:image/png;base64,${base64}` })],
  ["the text of a data: URL", "data: address", () => `data:image/png;base64,${base64}`],
  ["a data: URL", "data: address", () => new URL(`data:image/png;charset=x;base64,${base64}#part`)],
  [
    "a data: URL with escapes in its base64",
    "data: address",
    () => `DATA:;BASE64,${encodeURIComponent(base64)}`,
  ],
  [
    "a data: URL without base64",
    "data: address",
    () => `data:image/png,${[...encoded].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")}`,
  ],
  ["a Blob", "Blob or File", () => new Blob(parts())],
  ["a File", "Blob or File", () => new File(parts(), "a.png")],
  ["a Blob over a file", "Blob or File", () => openAsBlob(file)],
  ["a web stream", "web stream", () => new Blob([encoded]).stream()],
  [
    "a web stream of parts",
    "web stream",
    () => new Response(new Blob(parts())).body as ReadableStream<Uint8Array>,
  ],
  ["a Node stream", "Node.js stream", () => Readable.from(parts(), { objectMode: false })],
  ["raw pixels", "raw pixels", () => ({ data: pixels, width, height })],
  ["an ImageData", "raw pixels", () => new ImageDataLike()],
  ["a copy of an ImageData", "raw pixels", () => ({ data: rgba(), width, height, colorSpace: "srgb" })],
  ["a sharp instance", "sharp instance", () => sharp(encoded)],
  ["a sharp instance that makes RGBA JPEGs", "sharp instance", () => sharp(encoded).ensureAlpha(0.3).jpeg()],
];

describe("an image", () => {
  test.each(sources)("may be %s", async (_, name, make) => {
    const source = await make();
    expect(adapters.find(({ recognises }) => recognises(source))?.name).toBe(name);
    expect(await rgbOf(source)).toEqual([...pixels]);
  });

  test("of every adapter is among these, but for web addresses, which have tests of their own", () => {
    const tested = new Set(sources.map(([, name]) => name));
    expect(adapters.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual(["web address"]);
  });
});

test("docs/images.md has a row for every adapter, in their order", async () => {
  const text = await readFile(new URL("../../docs/images.md", import.meta.url), "utf8");
  const table = text.slice(text.indexOf("## What infer takes"), text.indexOf("Pictures in files"));
  const rows = [...table.matchAll(/^\| ([^|]+) \|/gm)].map(([, name]) => name).slice(2);
  expect(rows).toEqual(adapters.map(({ name }) => name));
});

describe("what the caller does after the call", () => {
  test("to shared memory of encoded bytes has no effect", async () => {
    const memory = shared();
    for (const source of [memory, new Uint8Array(memory), new DataView(ownBuffer())]) {
      new Uint8Array(memory).set(encoded);
      const taken = takeImage(source as ImageSource);
      new Uint8Array(ArrayBuffer.isView(source) ? source.buffer : source).fill(0);
      expect([...(await loadImage(taken)).image.data]).toEqual([...pixels]);
    }
  });

  test("to a sharp instance has no effect, and the instance can be used on", async () => {
    const instance = sharp(encoded);
    const taken = takeImage(instance);
    instance.negate().resize(5);
    expect([...(await loadImage(taken)).image.data]).toEqual([...pixels]);
    expect((await instance.toBuffer({ resolveWithObject: true })).info.width).toBe(5);
  });

  test("to a URL object has no effect", async () => {
    const url = pathToFileURL(file);
    const taken = takeImage(url);
    url.pathname = "/none.png";
    expect([...(await loadImage(taken)).image.data]).toEqual([...pixels]);
  });
});

describe("a sharp instance", () => {
  test("gives what its own pipeline makes, cut down to 8 bits and three channels", async () => {
    const pipeline = sharp(encoded).extract({ left: 3, top: 2, width: 8, height: 6 }).negate();
    const expected = await pipeline.clone().removeAlpha().raw().toBuffer();
    const { image } = await loadImage(takeImage(pipeline.png().toColourspace("rgb16")));
    expect(image).toMatchObject({ width: 8, height: 6, stride: 24, colorFormat: "rgb", borrow: true });
    expect([...image.data]).toEqual([...expected]);
  });

  test("is turned as EXIF says only if its pipeline does so", async () => {
    const turned = await sharp(encoded).withMetadata({ orientation: 6 }).png().toBuffer();
    const sizeOf = async (source: ImageSource) => {
      const { image } = await loadImage(takeImage(source));
      return [image.width, image.height];
    };
    expect(await sizeOf(turned)).toEqual([height, width]);
    expect(await sizeOf(sharp(turned))).toEqual([width, height]);
    expect(await sizeOf(sharp(turned).autoOrient())).toEqual([height, width]);
  });

  test("that fails is a typed error with sharp's own", async () => {
    await expect(loadImage(takeImage(sharp("/no/such.png")))).rejects.toMatchObject({
      code: "IMAGE_UNREADABLE",
      cause: expect.any(Error),
    });
    const small = sharp(encoded, { limitInputPixels: 10 });
    await expect(loadImage(takeImage(small))).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
  });
});

describe("memory that is gone", () => {
  const detached = <View>(view: View, { buffer }: { buffer: ArrayBufferLike } = view as never): View => {
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    return view;
  };

  test.each<[string, () => ImageSource]>([
    ["a Buffer", () => detached(Buffer.from(ownBuffer()))],
    ["a DataView", () => detached(new DataView(ownBuffer()))],
    [
      "an ArrayBuffer",
      () => {
        const buffer = ownBuffer();
        return detached(buffer, { buffer });
      },
    ],
    ["raw pixels", () => ({ data: detached(new Uint8Array(12)), width: 2, height: 2 })],
    ["the data of an ImageData", () => ({ data: detached(new Uint8ClampedArray(16)), width: 2, height: 2 })],
    [
      "raw pixels in an ArrayBuffer",
      () => {
        const buffer = new ArrayBuffer(12);
        return { data: detached(buffer, { buffer }), width: 2, height: 2 };
      },
    ],
  ])("is said so: %s", (_, make) => {
    const source = make();
    expect(() => takeImage(source)).toThrow(
      expect.objectContaining({ code: "IMAGE_INVALID", message: expect.stringContaining("is detached") }),
    );
  });
});

describe("an image without bytes is IMAGE_EMPTY", () => {
  test.each<[string, () => ImageSource]>([
    ["a Buffer", () => Buffer.alloc(0)],
    ["an ArrayBuffer", () => new ArrayBuffer(0)],
    ["base64", () => ({ base64: "" })],
    ["a data: URL", () => "data:,"],
    ["a Blob", () => new Blob([])],
    ["a web stream", () => new Blob([]).stream()],
    ["a Node stream", () => Readable.from([], { objectMode: false })],
  ])("%s", async (_, make) => {
    await expect(loadImage(takeImage(make()))).rejects.toMatchObject({ code: "IMAGE_EMPTY" });
  });
});

describe("base64 and data: URLs", () => {
  const good = "c2VjcmV0".repeat(20);

  test.each([
    [{ base64: `${good}!` }, /no base64/],
    [{ base64: `${good}A` }, /no base64/],
    [{ base64: `${good}=${good}` }, /no base64/],
    [`data:image/png;base64,${good}(`, /no base64/],
    [`data:image/png;base64${good}`, /no comma/],
    [`data:image/png,%4${good}%4`, /two hexadecimal digits/],
  ])("that are none are IMAGE_INVALID and are not repeated", async (source, message) => {
    const error = await loadImage(takeImage(source)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "IMAGE_INVALID", message: expect.stringMatching(message) });
    expect(JSON.stringify({ ...(error as object), message: String(error) })).not.toContain("c2VjcmV0");
  });

  describe("of megabytes", () => {
    const [side, long] = [1500, new Random(2).bytes(1500 * 1500)];
    const large = Buffer.from(png(side, side, { colorType: 0, bitDepth: 8 }, [...long]));
    const text = large.toString("base64");

    test.each<[string, () => ImageSource]>([
      ["in base64", () => ({ base64: text.replace(/.{77}/g, "$&\n") })],
      ["in a data: URL", () => `data:image/png;base64,${text}#part`],
      ["in base64 with escapes", () => `data:image/png;base64,${text.replaceAll("+", "%2B")}`],
      ["without base64", () => `data:image/png,${large.toString("hex").replace(/../g, (two) => `%${two}`)}`],
    ])("are decoded in pieces that leave the event loop free, to the same bytes: %s", async (_, make) => {
      const taken = takeImage(make()) as { read(stop: AbortSignal): Promise<Uint8Array> };
      let [turns, over] = [0, false];
      const count = () => {
        turns++;
        if (!over) setImmediate(count);
      };
      count();
      const bytes = await taken.read(new AbortController().signal);
      over = true;
      expect(Buffer.compare(bytes, large)).toBe(0);
      expect(turns).toBeGreaterThan(8);
    });

    test("are not read on after an abort", async () => {
      const controller = new AbortController();
      const reading = readDataUrl(`data:,${"%41".repeat(1e6)}`, controller.signal);
      controller.abort(new Error("enough"));
      await expect(reading).rejects.toBe(controller.signal.reason);
    });
  });

  test("have a limit of bytes like streams and Blobs, whichever way they are written", async () => {
    const signal = new AbortController().signal;
    const texts = (bytes: Buffer) => [
      bytes.toString("base64"),
      `data:;base64,${bytes.toString("base64")}`,
      `data:;base64,${encodeURIComponent(bytes.toString("base64"))}`,
      `data:,${bytes.toString("hex").replace(/../g, "%$&")}`,
    ];
    for (const text of texts(Buffer.alloc(1000, 0xfb)))
      expect(await readBase64(text, signal, 1000)).toEqual(Buffer.alloc(1000, 0xfb));
    for (const text of texts(Buffer.alloc(1001, 0xfb))) {
      await expect(readBase64(text, signal, 1000)).rejects.toMatchObject({
        code: "IMAGE_TOO_LARGE",
        detail: { allowed: 1000 },
      });
    }
  });

  test("escapes are found wherever pieces of the text end", async () => {
    const { signal } = new AbortController();
    for (const before of [2 ** 17 - 3, 2 ** 17 - 2, 2 ** 17 - 1, 2 ** 17]) {
      const bytes = await readDataUrl(`data:,${"a".repeat(before)}%2B%2fb`, signal);
      expect(Buffer.from(bytes).toString().slice(before)).toBe("+/b");
      await expect(readDataUrl(`data:,${"a".repeat(before)}%2`, signal)).rejects.toThrow(/hexadecimal/);
    }
  });
});

test("a long text that is no file and nearly base64 is told at once", async () => {
  const start = performance.now();
  await expect(loadImage(takeImage(`${"A".repeat(60_000)}!`))).rejects.toMatchObject({
    code: expect.stringMatching(/^IMAGE_/),
  });
  expect(performance.now() - start).toBeLessThan(2000);
});

describe("what is no image", () => {
  test.each([
    [Promise.resolve("a.png"), /await it first/],
    [new Response("x"), /response\.body/],
    [{ data: Buffer.alloc(12), info: { width: 2, height: 2, channels: 3 } }, /width: info\.width/],
    [{ data: "…", status: 200, statusText: "OK", headers: {}, config: {} }, /arraybuffer/],
    [new Float32Array(12), /8-bit/],
    [{ base64: 5 }, /is a text/],
    [new Set(["a.png"]), /model\.stream/],
    [[Buffer.from("a")].values(), /model\.stream/],
    ["http://", /percent-encoded/],
    ["https://exa mple.org/a.png?key=c2VjcmV0", /percent-encoded/],
  ])("%s says what to pass", (source, hint) => {
    let error: unknown;
    try {
      takeImage(source as never);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: "IMAGE_INVALID", hint: expect.stringMatching(hint) });
    expect(String(error)).not.toContain("c2VjcmV0");
  });
});

describe("a Blob", () => {
  test("over a file that was changed since is IMAGE_UNREADABLE", async () => {
    const changing = path.join(await newFolder(), "changing.png");
    await writeFile(changing, encoded);
    const blob = await openAsBlob(changing);
    const taken = takeImage(blob);
    await rm(changing);
    await expect(loadImage(taken)).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
  });

  test("of too many bytes is refused before it is read", () => {
    const blob = {
      size: 2 ** 28 + 1,
      stream: () => null,
      arrayBuffer: () => Promise.reject(new Error("read")),
    };
    expect(() => takeImage(blob)).toThrow(
      expect.objectContaining({ code: "IMAGE_TOO_LARGE", detail: { allowed: 2 ** 28 } }),
    );
  });
});

test("the file of these tests is what they compare with", async () => {
  expect(Buffer.compare(await readFile(file), encoded)).toBe(0);
});
