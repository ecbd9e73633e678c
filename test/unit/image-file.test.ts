// Pictures named by path or file: URL.

import { type FileHandle, mkdir, open, readFile, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { fileByteLimit } from "../../dist/image/byte-collector.js";
import { readImageFile, readPicture } from "../../dist/image/file.js";
import { Random } from "../support/random.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);

const random = new Random(3);

describe("picture files", () => {
  test("are read by path and by file: URL", async () => {
    const file = path.join(await newFolder(), "a picture #1.png");
    await writeFile(file, "bytes");
    for (const source of [file, pathToFileURL(file), pathToFileURL(file).href]) {
      expect(await readImageFile(source)).toEqual(await readFile(file));
    }
  });

  test("of relative paths are named with the whole path", async () => {
    const place = path.resolve("no", "such.png");
    await expect(readImageFile("no/such.png")).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringContaining(place),
      detail: { file: place },
    });
  });

  test.each(["png", "jpeg", "webp"] as const)("in base64 are no path: %s", async (format) => {
    const file = await sharp(random.bytes(64 * 64 * 3), { raw: { width: 64, height: 64, channels: 3 } })
      .toFormat(format)
      .toBuffer();
    for (const bytes of [file, file.subarray(0, 60)]) {
      const text = bytes.toString("base64");
      const error = await readImageFile(text).catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: "IMAGE_INVALID",
        detail: { length: text.length },
        hint: "pass { base64: text }.",
      });
      expect(inspect(error, { depth: 9 })).not.toContain(text.slice(0, 30));
    }
  });

  test("with names too long for the system are errors that do not repeat them", async () => {
    const name = `${"long-".repeat(2000)}.png`;
    const error = await readImageFile(name).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "IMAGE_UNREADABLE", message: expect.stringMatching(/ENAMETOOLONG/) });
    expect(inspect(error, { depth: 9 }).length).toBeLessThan(4000);
    const deep = await readImageFile(`/no/${"folder/".repeat(100)}a.png`).catch((caught: unknown) => caught);
    expect(deep).toMatchObject({ code: "IMAGE_NOT_FOUND", message: expect.stringMatching(/…/) });
  });

  test("at addresses of other schemes are errors that do not repeat their keys", async () => {
    const secret = "c2VjcmV0".repeat(20);
    for (const address of [
      `ftp://example.org/a.png?key=${secret}`,
      `s3://bucket/a.png#${secret}`,
      `ftp://user:${secret}@example.org/a.png`,
      `rtsp://user:${secret}@example.org/live`,
      new URL(`sftp://${secret}@example.org/key=${secret}`),
    ]) {
      const error = await readImageFile(address).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "IMAGE_UNSUPPORTED" });
      expect(inspect(error, { depth: 9 })).not.toContain("c2VjcmV0");
    }
    await expect(readImageFile(new URL("blob:nodedata:1"))).rejects.toMatchObject({
      code: "IMAGE_UNSUPPORTED",
      hint: "pass the Blob itself.",
    });
  });

  /** A file that is mostly a hole: it says its size and takes no room. */
  async function sparse(size: number, begin: string | Uint8Array = ""): Promise<string> {
    const file = path.join(await newFolder(), "sparse.png");
    await writeFile(file, begin);
    await truncate(file, size);
    return file;
  }
  const pngBegin = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

  test("that are no pictures are refused by their first bytes, however long they are", async () => {
    // More than could be read at all, and than a Buffer of this size would take.
    await expect(readImageFile(await sparse(2 ** 36))).rejects.toMatchObject({
      code: "IMAGE_UNSUPPORTED",
      detail: { format: null },
    });
  });

  test("may have 1 GiB, and more is IMAGE_TOO_LARGE before it is read", async () => {
    expect(fileByteLimit).toBe(2 ** 30);
    for (const size of [fileByteLimit + 1, 2 ** 36]) {
      const error = await readImageFile(await sparse(size, pngBegin)).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "IMAGE_TOO_LARGE", detail: { allowed: fileByteLimit } });
      expect((error as { hint: string }).hint).not.toMatch(/path of a file|permissions/);
    }
  });

  test("of many pieces are read to their last byte", async () => {
    const file = path.join(await newFolder(), "long.png");
    for (const length of [65_536, 65_537, 3 * 2 ** 20 + 5]) {
      const bytes = Buffer.concat([pngBegin, random.bytes(length - pngBegin.length)]);
      await writeFile(file, bytes);
      expect(Buffer.compare(await readImageFile(file), bytes)).toBe(0);
    }
  });

  test("of file systems that say no size are read to their end", async () => {
    const file = path.join(await newFolder(), "long.png");
    for (const length of [65_536, 3 * 2 ** 20, 3 * 2 ** 20 + 65_536, 3 * 2 ** 20 + 65_541]) {
      const bytes = Buffer.concat([pngBegin, random.bytes(length - pngBegin.length)]);
      await writeFile(file, bytes);
      await using handle = await open(file);
      const read = handle.read.bind(handle) as FileHandle["read"];
      const given = await readPicture({ read, stat: async () => ({ size: 0 }) });
      expect(Buffer.compare(given, bytes)).toBe(0);
    }
  });

  test("are not read on when nobody wants them any more", async () => {
    const file = await sparse(2 ** 26, pngBegin);
    const controller = new AbortController();
    const reason = new Error("enough");
    const read = readImageFile(file, controller.signal);
    setImmediate(() => controller.abort(reason));
    await expect(read).rejects.toBe(reason);
  });

  test("that are missing, folders or elsewhere are typed errors", async () => {
    const folder = path.join(await newFolder(), "folder.png");
    await mkdir(folder);
    await expect(readImageFile(`${folder}/none.png`)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    await expect(readImageFile("")).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    await expect(readImageFile(folder)).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
    await expect(readImageFile("/dev/zero")).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
    await expect(readImageFile("file://host/share.png")).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
  });
});
