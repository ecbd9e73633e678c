// Both sides of the border speak of the same errors and the same version.

import { readFileSync } from "node:fs";
import path from "node:path";
import { errorCodes } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { native } from "../../dist/native.js";

const root = path.join(import.meta.dirname, "../..");

describe("the addon", () => {
  test("raises only codes that TypeScript knows", () => {
    const { errorCodes: raised } = native();
    expect(raised.length).toBeGreaterThan(10);
    expect(raised.filter((code) => !(errorCodes as readonly string[]).includes(code))).toEqual([]);
  });

  test("raises exactly the codes of native/core/error.h", () => {
    const header = readFileSync(path.join(root, "native/core/error.h"), "utf8");
    const declared = [...header.matchAll(/X\(k\w+, "(\w+)"\)/g)].map(([, code]) => code);
    expect(native().errorCodes).toEqual(declared);
  });

  test("is of this package's version, for Node-API 8", () => {
    const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
    expect(native().buildInfo()).toMatchObject({ version, napiVersion: 8 });
  });
});
