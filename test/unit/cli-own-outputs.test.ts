// Clips among the inputs of `segment` that are outputs of others among them; pictures: test/cli/outputs.test.ts.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { findInputs } from "../../dist/cli/segment/inputs.js";
import { withoutOwnOutputs } from "../../dist/cli/segment/own-outputs.js";
import { parseSegmentOptions } from "../../dist/cli/segment/settings.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);

test("an overlay of a clip is no clip to segment: of a pattern, nor beside its own", async () => {
  const folder = await newFolder();
  const file = (name: string) => path.join(folder, name);
  for (const name of ["x.mp4", "x.overlay.mp4", "y.overlay.mp4"]) await writeFile(file(name), "");
  const found = await findInputs([file("*.mp4")], false);
  expect([found.inputs.map(({ id }) => id), found.leftOut]).toEqual([[file("x.mp4")], 2]);
  const named = await findInputs(["x.mp4", "x.overlay.mp4", "y.overlay.mp4"].map(file), false);
  expect([named.inputs.length, named.leftOut]).toEqual([3, 0]);
  const given = { model: "m", output: folder, format: "overlay", confidence: "default" };
  const own = withoutOwnOutputs(named, parseSegmentOptions(given));
  expect(own.inputs.map(({ id }) => id)).toEqual(["x.mp4", "y.overlay.mp4"].map(file));
  expect(own.leftOut).toBe(1);
  expect(() => withoutOwnOutputs(named, parseSegmentOptions({ ...given, overwrite: true }))).toThrow(
    /x\.overlay\.mp4 is an input, and the overlay of \S*x\.mp4 would replace it/,
  );
});
