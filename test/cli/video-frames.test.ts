// Which frames of a clip are where and when: in overlays, and in the lines of facts.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/cli.js";
import { ffmpeg, grayClip, grayFramesOf, hasFfmpeg, linesOf } from "../support/clips.js";
import { newFolder, removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

interface Line {
  readonly frame: number;
  readonly time: number;
}

describe.skipIf(!hasFfmpeg)("the frames of a clip", () => {
  let model: string;
  let folder: string;
  beforeAll(async () => {
    model = await tinyPackage();
    folder = await newFolder();
  });

  /** The lines and the overlay's frames. */
  async function segmented(clip: string, ...more: readonly string[]) {
    const output = await newFolder();
    const args = ["segment", clip, "-m", model, "-o", output, "-f", "overlay,json", "--alpha", "0", "--json"];
    const { code, out, err } = await runCli([...args, ...more]);
    expect([code, err]).toEqual([0, expect.anything()]);
    const stem = path.join(output, path.parse(clip).name);
    const overlay = `${stem}.overlay.mp4`;
    return { report: JSON.parse(out)[0], lines: await linesOf<Line>(`${stem}.jsonl`), overlay };
  }

  test("--latest-only: the frame before stands for those left out, to the end", async () => {
    const [count, rate] = [54, 500]; // quicker than any machine segments
    const clip = path.join(folder, "quick.mp4");
    grayClip(clip, count, { width: 640, height: 480, rate });
    const { report, lines, overlay } = await segmented(clip, "--latest-only");
    const numbers = lines.map(({ frame }) => frame);
    expect(report).toMatchObject({ frames: numbers.length, skipped: count - numbers.length });
    expect(report.skipped).toBeGreaterThan(0);
    expect([numbers[0], numbers.at(-1)]).toEqual([0, count - 1]);
    for (const { frame, time } of lines) expect(time).toBeCloseTo(frame / rate, 9);
    const shown = Array.from({ length: count }, (_, i) => numbers.findLast((frame) => frame <= i));
    expect(grayFramesOf(overlay)).toEqual(shown);
  });

  test("--every: lines have the clip's own numbers and times", async () => {
    const clip = path.join(folder, "slow.mp4");
    grayClip(clip, 8, { width: 64, height: 48, rate: 4 });
    const { lines, overlay } = await segmented(clip, "--every", "3");
    expect(lines.map(({ frame, time }) => [frame, time])).toEqual([
      [0, 0],
      [3, 0.75],
      [6, 1.5],
    ]);
    expect(grayFramesOf(overlay)).toEqual([0, 3, 6]);
  });

  test("are what the rate at the end counts, not clips", async () => {
    const [first, second] = [path.join(folder, "first.mp4"), path.join(folder, "second.mp4")];
    for (const clip of [first, second]) grayClip(clip, 50, { width: 64, height: 48, rate: 25 });
    const { err } = await runCli(["segment", first, second, "-m", model, "-o", await newFolder()]);
    const [, seconds, perSecond] = /^2 done in 0:(\d\d), ([\d.]+) images\/s\.$/m.exec(err) ?? [];
    expect((Number(seconds) + 0.5) * Number(perSecond)).toBeGreaterThan(95);
    expect((Number(seconds) - 0.5) * Number(perSecond)).toBeLessThan(105);
  });

  test("of a variable rate come at a constant one, each when it was", async () => {
    const clip = path.join(folder, "variable.mp4");
    // Frames 0 to 3 a tenth of a second each, then as many three tenths each.
    const times = "setpts='if(lt(N,4),N*0.1,0.4+(N-4)*0.3)/TB'";
    const plain = path.join(folder, "plain.mp4");
    grayClip(plain, 8, { width: 64, height: 48, rate: 10 });
    ffmpeg(["-i", plain, "-vf", times, "-fps_mode", "vfr", "-c:v", "libx264", "-crf", "1", "-bf", "0", clip]);
    const { lines, overlay } = await segmented(clip);
    const step = 1.4 / 8; // the mean one
    expect(lines.map(({ time }) => time / step)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => expect.closeTo(n, 6)),
    );
    // At every step the last that has come by then, to the nearest step.
    expect(grayFramesOf(overlay)).toEqual([0, 2, 4, 4, 5, 5, 6, 7]);
  });
});
