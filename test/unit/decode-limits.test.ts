// What a picture may cost: headers that lie and files that unpack to far more than they are end in typed errors, with
// little memory taken and little time.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decodePixels } from "../../dist/image/decode.js";
import { lastJson, runFixture } from "../support/child.js";
import { anyPng, hostilePictures } from "../support/hostile-pictures.js";
import { oddPicture } from "../support/odd-pictures.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);

const pictures = hostilePictures();

describe("a hostile picture", () => {
  test.each(pictures)("$name becomes $becomes", async ({ bytes, becomes, size }) => {
    const outcome = await decodePixels(bytes).then(
      ({ width, height }) => ({ code: `${width}×${height}` }),
      (error: unknown) => error,
    );
    expect(outcome).toMatchObject({ code: becomes });
    if (size === undefined) return;
    const [width, height] = size;
    const allowed = width * height > 100_000_000 ? 100_000_000 : expect.any(Number);
    expect(outcome).toMatchObject({
      detail: { width, height, allowed },
      message: expect.stringContaining(`${width}×${height}`),
    });
  });

  interface Report {
    /** Codes or sizes, by file name. */
    readonly becomes: Readonly<Record<string, string>>;
    /** MiB, of the whole run. */
    readonly growth: number;
  }

  async function inChild(files: Readonly<Record<string, Buffer>>): Promise<Report> {
    const folder = path.join(await newFolder(), "pictures");
    await mkdir(folder);
    for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(folder, name), bytes);
    const child = await runFixture("decode-memory.cjs", [folder]);
    expect(child).toMatchObject({ code: 0, hung: false, stderr: "" });
    return lastJson<Report>(child);
  }

  test("takes little memory, all of them together in a process of their own", async () => {
    const files = Object.fromEntries(pictures.map(({ bytes }, i) => [`${i}`, bytes]));
    const { becomes, growth } = await inChild(files);
    expect(becomes).toEqual(Object.fromEntries(pictures.map((one, i) => [`${i}`, one.becomes])));
    expect(growth).toBeLessThan(100); // the smallest lie would take 300
  });

  test("that is as large as allowed takes the memory of its pixels and not much more", async () => {
    const side = 9999;
    const bomb = anyPng({ size: [side, side], data: Buffer.alloc(side * (side * 3 + 1)) });
    expect(bomb.length).toBeLessThan(400_000);
    const { becomes, growth } = await inChild({ bomb });
    expect(becomes).toEqual({ bomb: "9999×9999" });
    expect(growth).toBeLessThan(400); // 286 for the pixels
  });
});

describe("the limit of pixels", () => {
  const file = oddPicture("png-rgb8.png"); // 37×23

  test("counts pixels, not sides, and lets through what just fits", async () => {
    await expect(decodePixels(file, 37 * 23)).resolves.toMatchObject({ width: 37, height: 23 });
    await expect(decodePixels(file, 37 * 23 - 1)).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
      detail: { width: 37, height: 23, allowed: 37 * 23 - 1 },
      hint: expect.stringContaining("limitInputPixels"),
    });
  });

  test("holds for every format", async () => {
    const files = ["jpeg-420.jpg", "gif-plain.gif", "webp-lossy.webp", "tiff-rgb8.tif", "avif-420.avif"];
    for (const name of files) {
      await expect(decodePixels(oddPicture(name), 37 * 23), name).resolves.toMatchObject({ width: 37 });
      await expect(decodePixels(oddPicture(name), 850), name).rejects.toMatchObject({
        code: "IMAGE_TOO_LARGE",
        detail: { width: 37, height: 23, allowed: 850 },
      });
    }
  });

  test("can be raised above the default", async () => {
    const data = Buffer.alloc(100);
    const size = [20_000, 6_000] as const;
    await expect(decodePixels(anyPng({ size, data }))).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    // Tried then, and found to be a lie.
    await expect(decodePixels(anyPng({ size, data }), 120_000_000)).rejects.toMatchObject({
      code: "IMAGE_CORRUPT",
    });
  });
});

describe("harmless oddities of JPEG", () => {
  const clean = oddPicture("jpeg-420.jpg");
  const oddities: Readonly<Record<string, Buffer>> = {
    "bytes between its segments": Buffer.concat([
      clean.subarray(0, 20),
      Buffer.alloc(30, 7),
      clean.subarray(20),
    ]),
    "an unknown revision of JFIF": Buffer.from(clean).fill(9, 11, 12),
    "bytes before its end": Buffer.concat([clean.subarray(0, -2), Buffer.alloc(30, 7), clean.subarray(-2)]),
  };

  test.each(Object.keys(oddities))("%s change nothing", async (name) => {
    const { data } = await decodePixels(oddities[name] as Buffer);
    expect([...data]).toEqual([...(await decodePixels(clean)).data]);
  });
});
