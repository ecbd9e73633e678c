// native/infer/ort_api.h calls ONNX Runtime by slot number; a wrong number would call another function.
// The numbers are held against the order in an independent list (scripts/ort-slots.mjs makes it).
import fs from "node:fs";
import { describe, expect, test } from "vitest";
import list from "../fixtures/ort-slots.json";

const header = fs.readFileSync(new URL("../../native/infer/ort_api.h", import.meta.url), "utf8");
const slotOf: Readonly<Record<string, number>> = list.slots;

/** `X(slot, result, name, …)` lines of the header. */
const declared = [...header.matchAll(/^ {2}X\((\d+), [\w ]+\*?, (\w+),/gm)].map(([, slot, name]) => ({
  slot: Number(slot),
  name: String(name),
}));

describe("the slots of ONNX Runtime's function table", () => {
  test("are all found in the header", () => {
    expect(declared).toHaveLength(header.match(/^ {2}X\(/gm)?.length ?? 0);
    expect(declared.length).toBeGreaterThan(40);
  });

  test.each(declared)("$name is at $slot", ({ slot, name }) => {
    expect(slotOf[name]).toBe(slot);
  });

  test("are each declared once, in order", () => {
    const slots = declared.map(({ slot }) => slot);
    expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b));
  });

  test("all exist in the version of the table that is asked for", () => {
    const version = /kOrtApiVersion = (\d+);/.exec(header)?.[1];
    expect(version).toBe("17");
    for (const { slot } of declared) expect(slot).toBeLessThan(list.apiSlots["17"]);
  });

  test("the list knows its landmarks and loses no number", () => {
    expect(slotOf).toMatchObject({ CreateStatus: 0, Run: 9, ReleaseEnv: 92, RunWithBinding: 133 });
    expect(Object.values(slotOf)).toEqual(Object.keys(slotOf).map((_, index) => index));
  });
});
