// Host and device see the same words: every member of every struct that a launch hands over lies where the other
// compiler has it.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { layoutsOf, structsOf } from "../../scripts/testing/cuda-kernels/struct-layout.mjs";

const native = path.resolve(import.meta.dirname, "../../native");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "layout-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Beside each kernel source, the header that says what its kernels are given; and what such structs hold of others. */
const headers = fs
  .readdirSync(native, { recursive: true, encoding: "utf8" })
  .filter((file) => /_cuda\.h$/.test(file) && fs.existsSync(path.join(native, file.replace(/h$/, "cu"))))
  .sort();

const layouts = await layoutsOf([...headers, "core/yuv.h"], folder);

test("structs are found in every header", () => {
  for (const header of headers) {
    const stage = header.split("/")[0];
    expect(layouts.filter(({ what }) => what.startsWith(`deeplab::${stage}::`)).length).toBeGreaterThan(1);
  }
});

test("every struct has the same size, and every member the same place", () => {
  expect(layouts.filter(({ host, device }) => host !== device)).toEqual([]);
});

describe("members are read from a header", () => {
  test("one or several a line, arrays and pointers, without what comments say", () => {
    const text = [
      "struct Plain {",
      "  const void* one;   // not; this",
      "  int32_t two, three;",
      "  Other four[kMany][3];",
      "  uint8_t five[5], six;",
      "};",
    ].join("\n");
    expect(structsOf(text)).toEqual([
      { struct: "Plain", members: ["one", "two", "three", "four", "five", "six"] },
    ]);
  });
});
