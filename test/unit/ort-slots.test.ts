// native/infer/ort_api.h calls ONNX Runtime by slot number; a wrong number would call another function.
// The numbers are held against the order in an independent list (scripts/ort-slots.mjs makes it).
import fs from "node:fs";
import { describe, expect, test } from "vitest";
import list from "../fixtures/ort-slots.json";

const read = (file: string) => fs.readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const header = read("native/infer/ort_api.h");
/** What the double of ONNX Runtime's GPU providers uses beyond it. */
const double = read("test/doubles/onnxruntime/more_slots.h");
const slotOf: Readonly<Record<string, number>> = list.slots;

/** `X(slot, result, name, …)` lines of the header. */
const slotsIn = (text: string) =>
  [...text.matchAll(/^ {2}X\((\d+), [\w ]+\*?, (\w+),/gm)].map(([, slot, name]) => ({
    slot: Number(slot),
    name: String(name),
  }));
const declared = slotsIn(header);
const declaredByDouble = slotsIn(double);

describe("the slots of ONNX Runtime's function table", () => {
  test("are all found in the header", () => {
    expect(declared).toHaveLength(header.match(/^ {2}X\(/gm)?.length ?? 0);
    expect(declared.length).toBeGreaterThan(60);
    expect(declaredByDouble).toHaveLength(double.match(/^ {2}X\(/gm)?.length ?? 0);
    expect(declaredByDouble.length).toBeGreaterThan(0);
  });

  test.each([...declared, ...declaredByDouble])("$name is at $slot", ({ slot, name }) => {
    expect(slotOf[name]).toBe(slot);
  });

  test("are each declared once, in order", () => {
    const slots = declared.map(({ slot }) => slot);
    expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b));
  });

  test("that the providers for GPUs are reached by are among them", () => {
    const names = declared.map(({ name }) => name);
    for (const provider of ["CUDA", "TensorRT"]) {
      expect(names).toContain(`SessionOptionsAppendExecutionProvider_${provider}_V2`);
      for (const verb of ["Create", "Update", "Release"]) {
        expect(names).toContain(`${verb}${provider}ProviderOptions`);
      }
    }
  });

  test("of which the double hands out a table are all it copies", () => {
    const copied = /kSlots = (\d+);/.exec(read("test/doubles/onnxruntime/entry.cc"))?.[1];
    expect(Number(copied)).toBe(list.apiSlots["17"]);
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
