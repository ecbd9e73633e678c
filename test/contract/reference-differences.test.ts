// docs/reference-differences.md and the golden suite speak of the same cases.

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { differenceIds } from "../golden/differences.js";

const text = readFileSync(path.join(import.meta.dirname, "../../docs/reference-differences.md"), "utf8");

/** The ids of every "Cases: `a`, `b`." paragraph. */
const documented = [...text.matchAll(/^ *Cases: ((?:`[^`]+`,?\s+)*`[^`]+`)\.$/gm)].flatMap(([, list = ""]) =>
  [...list.matchAll(/`([^`]+)`/g)].map(([, id]) => id),
);

describe("the page of deliberate differences", () => {
  test("names each case of the golden suite's list once, and no other", () => {
    expect(documented.toSorted()).toEqual(differenceIds.toSorted());
    expect(new Set(documented).size).toBe(documented.length);
  });

  test("has no list of cases that this test cannot read", () => {
    const paragraphs = text.match(/^ *Cases:/gm) ?? [];
    const readable = text.match(/^ *Cases: (?:`[^`]+`,?\s+)*`[^`]+`\.$/gm) ?? [];
    expect(readable.length).toBe(paragraphs.length);
  });
});
