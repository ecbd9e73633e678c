// The first frame of a GIF: where it lies, and where its bytes end.

import { describe, expect, test } from "vitest";
import { readGifFrame } from "../../dist/image/gif-frame.js";
import { oddPicture } from "../support/odd-pictures.js";

const plain = oddPicture("gif-plain.gif");

describe("the first frame of a GIF", () => {
  test.each(["gif-plain.gif", "gif-local-colors.gif", "gif-interlaced.gif", "gif-offset-frame.gif"])(
    "ends where the trailer begins, where there is no other: %s",
    async (name) => {
      const file = oddPicture(name);
      expect(file.at(-1)).toBe(0x3b);
      expect((await readGifFrame(file)).end).toBe(file.length - 1);
    },
  );

  test("ends before whatever follows it", async () => {
    const { end } = await readGifFrame(plain);
    for (const more of ["2c", "21f904", "00", "ff".repeat(300)]) {
      const file = Buffer.concat([plain.subarray(0, end), Buffer.from(more, "hex")]);
      expect((await readGifFrame(file)).end).toBe(end);
    }
  });

  test("ends with the file where that is cut in it", async () => {
    const { end } = await readGifFrame(plain);
    for (const length of [end - 1, end - 2, 400]) {
      expect((await readGifFrame(plain.subarray(0, length))).end).toBe(length);
    }
  });

  test("leaves the event loop its turns, however many blocks it has", async () => {
    const start = Buffer.from("474946383961010001000000002c0000000001000100000002", "hex");
    const file = Buffer.concat([
      start,
      Buffer.from("0144".repeat(300_000), "hex"),
      Buffer.from("00213b", "hex"),
    ]);
    let turns = 0;
    const count = () => {
      turns++;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    expect((await readGifFrame(file)).end).toBe(file.length - 2);
    clearImmediate(next);
    expect(turns).toBeGreaterThanOrEqual(4);
  });
});
