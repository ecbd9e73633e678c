// Every version of Node.js that the package promises to run on: answers, lifetimes and the ways to end, each in a
// process of that version. The addon and the compiled TypeScript are the same for all.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchNode, nodeVersions } from "../../scripts/fetch-node.mjs";
import { lastJson, runFixture } from "../support/child.js";
import { quickPackage, slowPackage } from "../support/lifecycle-packages.js";
import { TemporaryFolder } from "../support/package-folder.js";
import { removeFolders, tinyPackage } from "../support/tiny-package.js";

const promised = [20, 22, 24];
const pinned: readonly number[] = nodeVersions(`${process.platform}-${process.arch}`);
const areToBeHad = promised.every((major) => pinned.includes(major));

const folder = new TemporaryFolder();
let packages = { tiny: "", quick: "", slow: "" };
const nodes = new Map<number, string>();
beforeAll(async () => {
  packages = { tiny: await tinyPackage(), quick: quickPackage(folder), slow: slowPackage(folder) };
  if (!areToBeHad) return;
  for (const major of promised)
    nodes.set(major, await fetchNode(`${process.platform}-${process.arch}`, major));
}, 600_000);
afterAll(async () => {
  folder.dispose();
  await removeFolders();
});

/** Older runtimes move an ArrayBuffer only if they are asked for it. */
const flags = (major: number) => (major < 22 ? ["--harmony-rab-gsab-transfer"] : []);

function run(major: number, fixture: string, args: readonly string[]) {
  const node = nodes.get(major) ?? "";
  return runFixture(fixture, args, { node, nodeArguments: flags(major), seconds: 120 });
}

describe.skipIf(!areToBeHad).each(promised)("Node.js %i", (major) => {
  test("answers, gives memory back, hands results to a Worker, closes", async () => {
    const end = await run(major, "lifetimes.mjs", [packages.tiny]);
    expect(end).toMatchObject({ code: 0, signal: null, hung: false, stderr: "" });
    const { node, checks } = lastJson<{ node: string; checks: string[] }>(end);
    expect(node).toMatch(new RegExp(`^${major}\\.`));
    expect(checks.length).toBeGreaterThanOrEqual(8);
  }, 130_000);

  test.each([
    ["by process.exit() while the network runs", "exit", { code: 7, stdout: "running\n", stderr: "" }],
    ["by a signal while the network runs", "signal", { signal: "SIGTERM", stdout: "running\n", stderr: "" }],
    [
      "by a signal after which it closes the model",
      "close",
      { code: 3, stdout: "running\nanswered\nclosed\n", stderr: "" },
    ],
    [
      "by an error that nobody catches",
      "throw",
      { code: 1, stdout: "running\n", stderr: expect.stringContaining("on purpose") },
    ],
    [
      "with an open model, when all is answered",
      "wait",
      { code: 0, stdout: "running\nanswered\n", stderr: "" },
    ],
  ])("may end %s", async (_, way, expected) => {
    const end = await run(major, "leave.mjs", [packages.slow, way]);
    expect(end).toMatchObject({ signal: null, hung: false, ...expected });
  });

  test.each([
    ["terminate", 1],
    ["exit", 3],
  ])(
    "goes on when a Worker ends by %s while it infers",
    async (way, code) => {
      const end = await run(major, "end-worker.mjs", [packages.slow, packages.quick, way, "2"]);
      expect(end).toMatchObject({ code: 0, signal: null, hung: false, stderr: "" });
      const ends = [1, 2].map(() => ({ code, errors: [] }));
      expect(lastJson(end)).toEqual({ ends, same: true, sharedBy: 1 });
    },
    130_000,
  );

  test("starts and ends Workers without anything left of them", async () => {
    const end = await run(major, "many-workers.mjs", [packages.quick, "9", "3"]);
    expect(end).toMatchObject({ code: 0, signal: null, hung: false, stderr: "" });
    const { codes, wrong, left } = lastJson<Record<string, unknown>>(end);
    expect(codes).toEqual({ close: [0, 0, 0], forget: [0, 0, 0], terminate: [1, 1, 1] });
    expect({ wrong, left }).toEqual({
      wrong: 0,
      left: { sharedBy: 1, models: 0, usedBytes: 0, threads: 0 },
    });
  }, 130_000);
});
