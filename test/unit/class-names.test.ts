// class_names.txt as the reference reads it, and what it must hold.

import { describe, expect, test } from "vitest";
import { parseClassNames } from "../../dist/packages/class-names.js";

const parse = (text: string) => parseClassNames(text, "class_names.txt");

describe("class names", () => {
  test("are lines without the blanks around them; blank lines do not count", () => {
    expect(parse("  Background  \r\n\r\n\talpha \r\n b c\r\n\r\n")).toEqual({
      names: ["Background", "alpha", "b c"],
      backgroundId: 0,
    });
    expect(parse("a\rbackground\rc").names).toEqual(["a", "background", "c"]);
  });

  test("lose exactly the blanks that Python's strip() removes", () => {
    expect(parse("background\n\u00a0\u2003a\u0085\u001c\nb").names).toEqual(["background", "a", "b"]);
    expect(parse("background\n\ufeffa").names).toEqual(["background", "\ufeffa"]);
  });

  test("the first background in any case is the background, wherever it stands", () => {
    expect(parse("a\nBACKGROUND\nbackground").backgroundId).toBe(1);
  });

  test("more than 256 are fine, more than 65536 are not", () => {
    const many = (count: number) =>
      `background\n${Array.from({ length: count - 1 }, (_, i) => `c${i}`).join("\n")}`;
    expect(parse(many(300)).names.length).toBe(300);
    expect(() => parse(many(65537))).toThrow(/65537 classes; at most 65536/);
  });

  test.each([
    ["", /names no class/],
    ["\n  \n", /names no class/],
    ["a\nb\nc\nd\n", /no class called "background"; it names "a", "b", "c", "d"/],
    ["background\n", /names only "background"/],
    ["Background", /names only "Background"/],
  ])("%j is PACKAGE_INVALID", (text, message) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({
        code: "PACKAGE_INVALID",
        message: expect.stringMatching(message),
        detail: expect.objectContaining({ file: "class_names.txt" }),
      }),
    );
  });
});
