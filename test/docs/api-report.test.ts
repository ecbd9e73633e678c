// docs/api-report.d.ts shows reviewers what users can import; here it is held against what was compiled.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiReport, REPORT, UPDATE } from "../../scripts/api/report.mjs";
import { inRoot } from "../../scripts/setup/paths.mjs";

describe("the committed report", () => {
  let report: ReturnType<typeof apiReport>;
  beforeAll(() => {
    report = apiReport();
  });

  test("is what the public declarations are now", () => {
    const committed = fs.readFileSync(REPORT, "utf8");
    const advice = `The public API changed. If that is meant, run "${UPDATE}", read the diff of docs/api-report.d.ts, commit it.`;
    expect(report.text, advice).toBe(committed);
  });

  test("names nothing that a user could not import", () => {
    expect(report.forgotten, "export these from lib/index.ts, or mark what uses them @internal").toEqual([]);
  });

  test("has the class, the function and the list that everybody uses", () => {
    for (const name of [
      "class SemanticSegmentationModel",
      "const AutoModel: AutoModel",
      "const errorCodes: readonly [",
    ])
      expect(report.text).toContain(`export declare ${name}`);
  });
});

describe("a report", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "api-report-"));
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  function reportOf(files: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
    return apiReport(path.join(folder, "index.d.ts"));
  }

  test("is sorted by name, without comments, under the names that users know", () => {
    const { text, forgotten } = reportOf({
      "index.d.ts": 'export { b } from "./b.js";\nexport type { Inner as Apple } from "./b.js";\n',
      "b.d.ts":
        "/** Says hello. */\nexport declare function b(of: Inner): void;\nexport interface Inner { n: 1 }\n",
    });
    expect(text.split("\n").slice(4).join("\n").trim()).toBe(
      "export interface Apple {\n  n: 1;\n}\n\nexport declare function b(of: Apple): void;",
    );
    expect(forgotten).toEqual([]);
  });

  test("tells of a type that a public one uses and nobody can import", () => {
    const { forgotten } = reportOf({
      "index.d.ts": 'export { b } from "./b.js";\n',
      "b.d.ts": "export declare function b(of: Hidden): Promise<void>;\ninterface Hidden { n: 1 }\n",
    });
    expect(forgotten).toEqual(["Hidden"]);
  });

  test("leaves out nothing: what the declarations still have, users see", () => {
    const { text, forgotten } = reportOf({
      "index.d.ts": 'export { B } from "./b.js";\n',
      "b.d.ts":
        "interface Hidden { n: 1 }\nexport declare class B {\n  /** @internal */\n  constructor(of: Hidden);\n}\n",
    });
    expect(text).toContain("constructor(of: Hidden);");
    expect(forgotten).toEqual(["Hidden"]);
  });
});

test("what is marked @internal in the sources is in none of the declarations that ship", () => {
  const marked = (folder: string) =>
    fs
      .readdirSync(inRoot(folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .filter((name) => fs.readFileSync(inRoot(folder, name), "utf8").includes("@internal"));
  expect(marked("lib").sort()).toEqual(["buffer-registration.ts", "model.ts", "result.ts"]);
  expect(marked("dist")).toEqual([]);
});
