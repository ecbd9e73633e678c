// What overlays hold beside their frames, how ffmpeg is asked for them, and what happens when they find no room.

import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { finished, runCli, startCli } from "../support/cli.js";
import { ffmpeg, framesOf, grayClip, hasFfmpeg, streamOf } from "../support/clips.js";
import { newFolder, removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

describe.skipIf(!hasFfmpeg)("overlays of clips", () => {
  let model: string;
  let clip: string;
  beforeAll(async () => {
    model = await tinyPackage();
    clip = path.join(await newFolder(), "clip.mp4");
    grayClip(clip, 10, { width: 320, height: 240, rate: 5 });
  });

  /** The overlay of a clip. */
  async function overlayOf(input: string, ...more: readonly string[]): Promise<string> {
    const output = await newFolder();
    const { code, err } = await runCli(["segment", input, "-m", model, "-o", output, "-q", ...more]);
    expect([code, err]).toEqual([0, ""]);
    return path.join(output, `${path.parse(input).name}.overlay.mp4`);
  }

  /** A PATH on which ffmpeg is this script first; `$REAL` is the system's. */
  async function withOwnFfmpeg(script: string): Promise<Record<string, string>> {
    const folder = await newFolder();
    const own = path.join(folder, "ffmpeg");
    await writeFile(own, `#!/bin/sh\nREAL() { PATH="\${PATH#*:}" exec ffmpeg "$@"; }\n${script}\n`);
    await chmod(own, 0o755);
    return { PATH: `${folder}:${process.env.PATH}` };
  }

  test("keep the shape of pixels that are no squares, and all of the pixels", async () => {
    const wide = path.join(path.dirname(clip), "wide.mp4");
    ffmpeg(["-i", clip, "-vf", "setsar=4/3", "-c:v", "libx264", wide]);
    expect(await streamOf(await overlayOf(wide))).toMatchObject({
      width: 320,
      height: 240,
      sample_aspect_ratio: "4:3",
      display_aspect_ratio: "16:9",
    });
    expect(await streamOf(await overlayOf(clip))).toMatchObject({ sample_aspect_ratio: "1:1" });
  });

  test("have a legend where one is asked for, on every frame", async () => {
    const red = path.join(path.dirname(clip), "red.mp4");
    ffmpeg(["-f", "lavfi", "-i", "color=0xdc1e1e:size=320x240:rate=5:duration=2", "-c:v", "libx264", red]);
    const [plain, withLegend] = [
      framesOf(await overlayOf(red, "--alpha", "0")),
      framesOf(await overlayOf(red, "--alpha", "0", "--legend")),
    ];
    expect([plain.length, withLegend.length]).toEqual([10, 10]);
    // Letters are white: there is no green in the frames themselves.
    const mostGreen = (frame: Uint8Array) =>
      frame.reduce((most, value, i) => (i % 3 === 1 ? Math.max(most, value) : most), 0);
    for (const frame of plain) expect(mostGreen(frame)).toBeLessThan(60);
    for (const frame of withLegend) expect(mostGreen(frame)).toBeGreaterThan(200);
  });

  test("--latest-only plays a clip at its own pace, and nothing else does", async () => {
    const log = path.join(await newFolder(), "log");
    const env = await withOwnFfmpeg(`echo "$@" >> '${log}'; REAL "$@"`);
    for (const more of [["--latest-only"], []]) {
      const args = ["segment", clip, "-m", model, "-o", await newFolder(), "-f", "json", ...more];
      expect((await runCli(args, { env })).code).toBe(0);
    }
    const calls = (await readFile(log, "utf8")).split("\n").filter((line) => line.includes("pipe:1"));
    expect(calls.map((line) => line.split(" ").includes("-re"))).toEqual([true, false]);
  });

  test.skipIf(process.platform !== "linux")("on a full disk fail as files of pictures do", async () => {
    const env = await withOwnFfmpeg(`
      case "$*" in *pipe:0*)
        for _ in $(seq 2 $#); do set -- "$@" "$1"; shift; done
        shift; set -- "$@" file:/dev/full ;;
      esac
      REAL "$@"`);
    const output = await newFolder();
    const args = ["segment", clip, "-m", model, "-o", output, "-f", "overlay,json", "--json"];
    const file = path.join(output, "clip.overlay.mp4");
    const full = await runCli(args, { env });
    expect(full.code).toBe(1);
    expect(JSON.parse(full.out)[0].error).toEqual({
      code: "ENOSPC",
      message: `ENOSPC: no space left on device, write '${file}'`,
    });
    expect(await readdir(output)).toEqual([]);
    const noise = path.join(path.dirname(clip), "noise.mp4");
    ffmpeg(["-i", clip, "-vf", "noise=alls=80:allf=t", "-c:v", "libx264", noise]);
    const limited = ["segment", noise, ...args.slice(2)];
    const tooLarge = await finished(startCli(limited, { shell: "ulimit -f 64" }));
    expect(JSON.parse(tooLarge.out)[0].error).toMatchObject({ code: "EFBIG" });
    expect(await readdir(output)).toEqual([]);
  });
});
