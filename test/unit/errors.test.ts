// The error class: what users see, and that it points at their own line.

import { inspect } from "node:util";
import { DeepLabError, errorCodes } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { callSite, fromNative, toDeepLabError, withIndex } from "../../dist/errors.js";
import { hintFor } from "../../dist/hints.js";
import { didYouMean, nearest } from "../../dist/suggest.js";

const nativeError = (code: string, detail = {}) => Object.assign(new Error("from native"), { code, detail });

describe("DeepLabError", () => {
  test("shows its code, what happened and how to fix it", () => {
    const error = new DeepLabError("CLOSED", "The model has been closed.");
    expect(error.name).toBe("DeepLabError");
    expect(error.hint).toBe(hintFor("CLOSED"));
    expect(error.message).toBe(`The model has been closed.\nHow to fix: ${hintFor("CLOSED")}`);
    expect(error.stack).toMatch(/^DeepLabError \[CLOSED\]: The model has been closed\./);
    expect(inspect(error)).toContain("code: 'CLOSED'");
  });

  test("a hint of its own replaces the code's, and details and cause are kept", () => {
    const cause = new Error("below");
    const error = new DeepLabError("INTERNAL", "Oh.", { hint: "do this", detail: { a: 1 }, cause });
    expect(error.message).toBe("Oh.\nHow to fix: do this");
    expect(error).toMatchObject({ detail: { a: 1 }, cause });
    expect(new DeepLabError("ABORTED", "Stopped.").message).toBe("Stopped.");
  });

  test("every code has a hint entry and no code is listed twice", () => {
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
    for (const code of errorCodes) expect(typeof hintFor(code)).toBe("string");
  });
});

describe("errors of native code", () => {
  test("become DeepLabErrors with the same code and the original as cause", () => {
    const original = nativeError("IMAGE_TOO_THIN", { index: "3", found: "1×200" });
    const error = toDeepLabError(original);
    expect(error).toBeInstanceOf(DeepLabError);
    expect(error).toMatchObject({
      code: "IMAGE_TOO_THIN",
      detail: { index: 3, found: "1×200" },
      cause: original,
    });
  });

  test("others are left as they are", () => {
    const other = nativeError("ENOENT");
    expect(toDeepLabError(other)).toBe(other);
    expect(toDeepLabError("text")).toBe("text");
  });

  test("carry the stack of the call, not of the place where they arose", async () => {
    function userCode() {
      return publicMethod();
    }
    function publicMethod() {
      const later = new Promise((_, reject) => setTimeout(() => reject(nativeError("BACKEND_FAILED")), 1));
      return fromNative(later, callSite(publicMethod));
    }
    const error = await userCode().catch((caught: Error) => caught as Error);
    const frames = (error as Error).stack?.split("\n").filter((line) => line.startsWith("    at ")) ?? [];
    expect(frames[0]).toContain("userCode");
    expect(frames.join("\n")).not.toContain("publicMethod");
  });

  test("say which image of a list they belong to", () => {
    const error = withIndex(new DeepLabError("IMAGE_EMPTY", "No bytes."), 2) as DeepLabError;
    expect(error.message).toBe(`Image 2 of the list: No bytes.\nHow to fix: ${hintFor("IMAGE_EMPTY")}`);
    expect(error.detail).toEqual({ index: 2 });
    const other = new TypeError("bug");
    expect(withIndex(other, 2)).toBe(other);
  });
});

describe("did you mean", () => {
  test.each([
    ["confidense", "confidence"],
    ["Confidence", "confidence"],
    ["conf", "confidence"], // its beginning
    ["co", undefined],
    ["fidence", undefined], // its end is no slip of the fingers
    ["disableStaticCorp", "disableStaticCrop"],
    ["banana", undefined],
  ])("%s → %s", (word, expected) => {
    expect(nearest(word, ["confidence", "disableStaticCrop", "signal"])).toBe(expected);
  });

  test("is nothing where nothing is near", () => {
    expect(didYouMean("banana", ["confidence"])).toBe("");
    expect(didYouMean("x".repeat(10_000), ["confidence"])).toBe("");
  });
});
