// The document of deliberate differences and the tests name the same golden cases.

import fs from "node:fs";
import { expect, test } from "vitest";
import { goldenCases } from "../support/golden-set.js";
import { differenceIds } from "./differences.js";

const text = fs.readFileSync(new URL("../../docs/reference-differences.md", import.meta.url), "utf8");
const known = new Set(goldenCases().map(({ id }) => id));
const quoted = [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");

test("docs/reference-differences.md names each difference of the tests once, and no other case", () => {
  expect(quoted.filter((word) => known.has(word)).toSorted()).toEqual([...differenceIds].toSorted());
});

test("every id that the document lists under Cases is a golden case", () => {
  const lists = [...text.matchAll(/Cases: ([\s\S]*?)\.\n/g)].map((match) => match[1] ?? "");
  const ids = lists.flatMap((list) => [...list.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""));
  expect(ids.length).toBe(differenceIds.length);
  expect(ids.filter((id) => !known.has(id))).toEqual([]);
});
