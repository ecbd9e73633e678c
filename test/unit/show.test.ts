// How values look in messages: short, and without what the user holds in them.

import type { DeepLabError } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { invalidOption, optionObject } from "../../dist/checks.js";
import { plainLines } from "../../dist/cli/plain-lines.js";
import { plain, shorten, show, showPath } from "../../dist/show.js";

class Session {
  readonly token = "secret";
}

const caught = (work: () => unknown): DeepLabError => {
  try {
    work();
  } catch (error) {
    return error as DeepLabError;
  }
  throw new Error("expected an error");
};

describe("a value in a message", () => {
  test.each<[unknown, string]>([
    ['a "b"\n', '"a \\"b\\"\\n"'],
    [5, "5"],
    [5n, "5n"],
    [null, "null"],
    [undefined, "undefined"],
    [Symbol("s"), "Symbol(s)"],
    [show, "function show"],
    [[1, 2], "[1, 2]"],
    [[1, 2, 3, 4, 5, 6], "[1, 2, 3, 4, … 2 more]"],
    [["a", { b: 1 }], "Array of 2"],
    [{ width: 1, height: 2 }, "Object { width, height }"],
    [{}, "Object {}"],
    [Object.create(null), "Object {}"],
    [new Session(), "Session { token }"],
    [new Map([["secret", 1]]), "Map {}"],
    [new Float32Array(3), "Float32Array of 12 bytes"],
  ])("%o is shown as %s", (value, expected) => {
    expect(show(value)).toBe(expected);
  });

  test("is at most 120 characters, whatever it is", () => {
    const long = "x".repeat(10_000);
    const keys = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key${i}`, long]));
    for (const value of [long, '"'.repeat(500), keys, { [long]: 1 }, Array(500).fill(1e300), 10n ** 500n]) {
      expect(show(value).length).toBeLessThanOrEqual(120);
    }
    expect(shorten(long, 11)).toBe("xxxxx…xxxxx");
    expect(shorten("short", 11)).toBe("short");
    expect(showPath(`/a/${long}/b.png`)).toMatch(/^\/a\/x+…x+\/b\.png$/);
    expect(showPath(`/a/${long}/b.png`).length).toBeLessThanOrEqual(300);
  });

  test("gives nothing away in errors, neither in the message nor in the detail", () => {
    const long = `secret-${"y".repeat(5000)}`;
    const errors = [
      caught(() => invalidOption("device", "text", { password: "secret-1" })),
      caught(() => invalidOption("device", "text", long)),
      caught(() => optionObject({ [long]: 1 }, "options", ["signal"])),
    ];
    for (const { message, detail } of errors) {
      expect(message.length).toBeLessThan(250);
      expect(JSON.stringify(detail).length).toBeLessThan(300);
    }
    expect(errors[0]?.message).toContain("Object { password }");
    expect(`${errors[0]?.message}${JSON.stringify(errors[0]?.detail)}`).not.toContain("secret");
  });
});

describe("what could move a terminal's cursor, begin a line or turn the direction of writing", () => {
  const nasty = "a\u001b[2J\n\r\tb\u007f\u009b\u2028\u202e\u2066\u061c\u200fc";
  const seen = "\\u2028\\u202e\\u2066\\u061c\\u200fc";

  test("is shown instead, in names, paths and values", () => {
    expect(plain(nasty)).toBe(`a\\u001b[2J\\u000a\\u000d\\u0009b\\u007f\\u009b${seen}`);
    expect(showPath(nasty)).toBe(plain(nasty));
    expect(show(nasty)).toBe(`"a\\u001b[2J\\n\\r\\tb\\u007f\\u009b${seen}"`);
    expect(show({ [nasty]: 1 })).toBe(`Object { ${plain(nasty)} }`);
    expect(plain("größe 图 🙂 a\u0301 \\u001b")).toBe("größe 图 🙂 a\u0301 \\u001b");
  });

  test("is shown in all that is printed, but for our own line breaks and colours; JSON says the same", () => {
    const swatch = "\u001b[48;2;230;25;75m    \u001b[0m #e6194b";
    expect(plainLines(`a\n\t${swatch}\n`)).toBe(`a\n\t${swatch}\n`);
    expect(plainLines("\u001b[31m\u001b]0;x\u0007\r\u202e")).toBe(
      "\\u001b[31m\\u001b]0;x\\u0007\\u000d\\u202e",
    );
    const json = JSON.stringify({ image: nasty }, null, 2);
    expect(plainLines(json)).not.toBe(json);
    expect(JSON.parse(plainLines(json))).toEqual({ image: nasty });
  });
});
