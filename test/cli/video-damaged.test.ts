// Clips that are cut off or damaged: ffmpeg ends with 0 after them, and the command must not.

import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endsEarly } from "../../dist/cli/video/ends-early.js";
import { runCli } from "../support/cli.js";
import { ffmpeg, hasFfmpeg } from "../support/clips.js";
import { newFolder, removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

describe.skipIf(!hasFfmpeg)("a clip", () => {
  let model: string;
  let folder: string;
  const file = (name: string) => path.join(folder, name);
  beforeAll(async () => {
    model = await tinyPackage();
    folder = await newFolder();
    const source = ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=2"];
    const sound = ["-f", "lavfi", "-i", "sine=duration=2", "-shortest"];
    const codec = ["-c:v", "mpeg4", "-g", "10"];
    ffmpeg([...source, ...codec, file("whole.mkv")]);
    ffmpeg([...source, ...sound, ...codec, "-c:a", "aac", "-movflags", "+faststart", file("whole.mp4")]);
    ffmpeg([...source, ...sound, "-c:v", "flv", "-c:a", "mp3", "-ar", "44100", file("whole.flv")]);
  });

  /** A file's beginning. */
  async function cut(name: string, share: number): Promise<string> {
    const bytes = await readFile(file(name));
    await writeFile(file(`cut-${name}`), bytes.subarray(0, bytes.length * share));
    return file(`cut-${name}`);
  }

  const segment = async (inputs: readonly string[]) => {
    const output = await newFolder();
    const args = ["segment", ...inputs, "-m", model, "-o", output, "-f", "overlay,json", "--every", "2"];
    const finished = await runCli([...args, "--json"]);
    return { ...finished, report: JSON.parse(finished.out), files: await readdir(output) };
  };

  test("that is cut off fails, is named with what ffmpeg said, and leaves nothing; the others are done", async () => {
    const cuts = await Promise.all(["whole.mkv", "whole.mp4", "whole.flv"].map((name) => cut(name, 0.6)));
    const { code, report, files, err } = await segment([...cuts, file("whole.mkv")]);
    expect(code).toBe(1);
    for (const [i, name] of cuts.entries()) {
      expect(report[i]).toMatchObject({ image: name, error: { code: "IMAGE_CORRUPT" } });
      expect(report[i].error.message).toMatch(
        /is cut off or damaged: it ends after \d\d frames of about 5\d/,
      );
      expect(report[i].error.message).toMatch(/How to fix: fetch it again, or .*ffmpeg -i CLIP -c copy/);
      expect(err).toContain(`${name}  IMAGE_CORRUPT`);
    }
    expect(report[0].error.detail.complaints).toContainEqual(expect.stringContaining("ended prematurely"));
    expect(report[3]).toMatchObject({ frames: 25, complaints: [] });
    expect(files.sort()).toEqual(["whole.jsonl", "whole.overlay.mp4"]);
  });

  test("that was rescued as the message says is done", async () => {
    ffmpeg(["-v", "quiet", "-i", await cut("whole.mkv", 0.6), "-c", "copy", file("rescued.mkv")]);
    expect(await segment([file("rescued.mkv")])).toMatchObject({ code: 0, report: [{ complaints: [] }] });
  });

  test("that ffmpeg only complains of is done, and it says so", async () => {
    // A recording that begins between two key frames.
    ffmpeg(["-i", file("whole.mkv"), "-c:v", "libx264", "-g", "10", "-bf", "0", file("whole.ts")]);
    const bytes = await readFile(file("whole.ts"));
    await writeFile(file("late.ts"), bytes.subarray(188 * Math.round((bytes.length * 0.1) / 188)));
    const { code, report, err } = await segment([file("late.ts")]);
    expect(code).toBe(0);
    const { complaints } = report[0];
    expect(complaints.length).toBeGreaterThan(0);
    expect(complaints.length).toBeLessThanOrEqual(20);
    expect(complaints.join()).not.toMatch(/0x|repeated/);
    expect(err).toContain(
      `${file("late.ts")}: done, though ffmpeg complained, last of: ${complaints.at(-1)}`,
    );
  });

  test("that was joined of recordings whose times jump is whole", async () => {
    for (const [name, start] of [
      ["1.ts", "0"],
      ["2.ts", "100"],
    ] as const)
      ffmpeg(["-i", file("whole.mkv"), "-c:v", "mpeg2video", "-output_ts_offset", start, file(name)]);
    await writeFile(
      file("joined.ts"),
      Buffer.concat([await readFile(file("1.ts")), await readFile(file("2.ts"))]),
    );
    expect(await segment([file("joined.ts")])).toMatchObject({ code: 0, report: [{ frames: 50 }] });
  });

  test("whose sound is longer than its pictures is whole", async () => {
    const source = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=25:duration=1"];
    const sound = ["-f", "lavfi", "-i", "sine=duration=4", "-ar", "44100"];
    for (const name of ["sound.mkv", "sound.flv"]) {
      const codecs = name.endsWith("flv") ? ["-c:v", "flv", "-c:a", "mp3"] : [];
      ffmpeg([...source, ...sound, ...codecs, file(name)]);
      expect(await segment([file(name)])).toMatchObject({ code: 0, report: [{ complaints: [] }] });
    }
  });
});

test.each([
  // expected, counted by, frames, complaints: ends early
  [100, "pictures", 89, [], true],
  [100, "pictures", 90, [], false],
  [20, "pictures", 15, [], false],
  [20, "pictures", 14, [], true],
  [100, "file", 50, [], false],
  [100, "file", 50, ["[h264] error while decoding MB 1 2"], true],
  [100, "pictures", 95, ["[h264] error while decoding MB 1 2"], false],
  [100, "pictures", 100, ["[http] Stream ends prematurely at 7, should be 9", "[h264] no frame!"], true],
  [2549, "jumps", 100, ["[h264] no frame!"], false],
  [null, "file", 3, ["[matroska,webm] File ended prematurely"], true],
  [null, "file", 3, ["[h264] no frame!"], false],
] as const)(
  "of %s frames by its %s there are %s, complaints %j: ends early %s",
  (frames, countedBy, count, complaints, ends) => {
    expect(endsEarly({ frames, countedBy }, count, complaints)).toBe(ends);
  },
);
