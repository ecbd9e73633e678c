// Which inputs are clips, by their names.

import { expect, test } from "vitest";
import { findInputs } from "../../dist/cli/segment/inputs.js";

test.each([
  ["clip", "a.mp4 a.MOV a.mkv a.webm a.avi a.ts a.mts a.MTS a.m2ts https://x.y/a.ts?key=1"],
  ["picture", "a.jpg a.png a.d.tsx a https://x.y/a?b=c.mp4"],
  ["camera", "rtsp://x.y/a.jpg udp://127.0.0.1:9 /dev/video0"],
])("as %s: %s", async (kind, names) => {
  const { inputs } = await findInputs(names.split(" "), false);
  expect(inputs.map((input) => input.kind)).toEqual(names.split(" ").map(() => kind));
});
