// docs/reference-differences.md and the golden suite speak of the same cases.

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { differenceIds } from "../golden/differences.js";
import { leftOut, refusedInput, refusedKinds } from "../golden/scope.js";
import { goldenCases } from "../support/golden-set.js";

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

  test("names only cases that exist in the golden set", () => {
    const known = new Set(goldenCases().map(({ id }) => id));
    expect(documented.filter((id) => id === undefined || !known.has(id))).toEqual([]);
    expect(documented.length).toBeGreaterThan(20);
  });

  test("has no list of cases that this test cannot read", () => {
    const paragraphs = text.match(/^ *Cases:/gm) ?? [];
    const readable = text.match(/^ *Cases: (?:`[^`]+`,?\s+)*`[^`]+`\.$/gm) ?? [];
    expect(readable.length).toBe(paragraphs.length);
  });

  test("lists every case that is left out or refused for its kind of input, with what becomes of it", () => {
    const rows = [...text.matchAll(/^\| `([^`]+)` \| (left out|`[A-Z_]+`) \| [^|]+ \| ([^|]+) \|$/gm)];
    const listed = rows.flatMap(([, kind, here, ids = ""]) =>
      [...ids.matchAll(/`([^`]+)`/g)].map(([, id]) => `${id}: ${kind}, ${here?.replaceAll("`", "")}`),
    );
    const expected = goldenCases().flatMap((item) => {
      const out = leftOut(item);
      if (out !== undefined) return [`${item.id}: ${out.key}, left out`];
      const refused = refusedInput(item);
      const kind = item.inputs.map(({ as }) => as).find((as) => refusedKinds[as] === refused);
      return refused === undefined ? [] : [`${item.id}: ${kind}, ${refused.code}`];
    });
    expect(expected.length).toBeGreaterThan(0);
    expect(listed.toSorted()).toEqual(expected.toSorted());
    expect(rows.length).toBe(text.match(/^\| `/gm)?.length);
  });
});
