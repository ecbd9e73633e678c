// deeplab-rt segment of clips and cameras, with clips that ffmpeg itself makes. Without ffmpeg these are skipped.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inputArguments } from "../../dist/cli/video/probe.js";
import { finished, redPicture, runCli, startCli, timesLeftFit } from "../support/cli.js";
import { ffmpeg, hasFfmpeg } from "../support/clips.js";
import { newFolder, removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

/** Frames of one colour each, in this order: the tiny network names them. */
const colors = ["red", "green", "blue", "green", "red", "red", "blue", "green"];
const rgb: Record<string, number[]> = { red: [220, 30, 30], green: [30, 220, 30], blue: [30, 30, 220] };

/** A clip of these frames at 4 a second. */
function makeClip(file: string, { width, height }: { width: number; height: number }, ...more: string[]) {
  const frames = colors.map((color) => Buffer.alloc(width * height * 3, Buffer.from(rgb[color] ?? [])));
  const raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${width}x${height}`, "-r", "4", "-i", "pipe:0"];
  ffmpeg([...raw, ...more, file], Buffer.concat(frames));
}

interface Probe {
  readonly width: number;
  readonly height: number;
  readonly nb_frames: string;
  readonly r_frame_rate: string;
}

function probe(file: string) {
  const args = ["-v", "error", "-show_streams", "-of", "json", file];
  const { streams } = JSON.parse(execFileSync("ffprobe", args, { encoding: "utf8" }));
  const named = (type: string) =>
    streams.find((stream: { codec_type: string }) => stream.codec_type === type);
  return { video: named("video") as Probe, audio: named("audio") as { codec_name: string } | undefined };
}

/** The class that most pixels of every frame have, of a file of lines. */
async function classesOf(lines: string): Promise<string[]> {
  const frames = (await readFile(lines, "utf8")).trim().split("\n");
  return frames.map((line) => {
    const { classes } = JSON.parse(line) as { classes: { name: string; share: number }[] };
    return classes.find(({ share }) => share > 0.9)?.name ?? "several";
  });
}
const named = (color: string | undefined) => (color === "blue" ? "background" : color);

/** Processes of ffmpeg that have this text on their command line. */
function running(text: string): string[] {
  const { stdout } = spawnSync("ps", ["-eo", "pid,stat,args"], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => /ff(mpeg|probe)/.test(line) && line.includes(text));
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200 && !(await isSo()); i++) await sleep(50);
  expect(await isSo()).toBe(true);
}

describe.skipIf(!hasFfmpeg)("videos through ffmpeg", () => {
  let model: string;
  let clip: string;
  let long: string;
  const started: ChildProcess[] = [];
  beforeAll(async () => {
    model = await tinyPackage();
    const folder = await newFolder();
    clip = path.join(folder, "clip.mp4");
    const sound = ["-f", "lavfi", "-i", "sine=duration=2", "-c:a", "aac"];
    makeClip(clip, { width: 64, height: 48 }, ...sound, "-c:v", "libx264", "-pix_fmt", "yuv420p");
    long = path.join(folder, "long.mkv");
    ffmpeg(["-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=60", "-c:v", "mpeg4", long]);
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  test("a clip gives an overlay with every frame, its rate and its sound, and a line a frame", async () => {
    const output = await newFolder();
    const args = ["segment", clip, "-m", model, "-o", output, "-f", "overlay,json", "--alpha", "1", "--json"];
    const { code, out } = await runCli(args);
    expect(code).toBe(0);
    expect((await readdir(output)).sort()).toEqual(["clip.jsonl", "clip.overlay.mp4"]);
    expect(await classesOf(path.join(output, "clip.jsonl"))).toEqual(colors.map(named));
    const overlay = path.join(output, "clip.overlay.mp4");
    const { video, audio } = probe(overlay);
    expect(video).toMatchObject({ width: 64, height: 48, nb_frames: "8", r_frame_rate: "4/1" });
    expect(audio?.codec_name).toBe("aac");
    // Of every frame a pixel in the middle: the colour of its class, the background as it was.
    const raw = ffmpeg([
      "-i",
      overlay,
      "-vf",
      "crop=2:2:32:24",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "rgb24",
      "pipe:1",
    ]);
    const painted: Record<string, number[]> = { ...rgb, red: [0xe6, 0x19, 0x4b], green: [0x3c, 0xb4, 0x4b] };
    colors.forEach((color, i) => {
      for (let c = 0; c < 3; c++) {
        expect(Math.abs((raw[i * 12 + c] ?? -99) - (painted[color]?.[c] ?? 0))).toBeLessThanOrEqual(6);
      }
    });
    const [{ video: name, frames, frameRate, classes }] = JSON.parse(out);
    expect([name, frames, frameRate]).toEqual([clip, 8, 4]);
    expect(classes[1].share).toBeCloseTo(3 / 8, 5);
  });

  test("--every: the frames it says, the overlay as long as the clip", async () => {
    const output = await newFolder();
    const args = [
      "segment",
      clip,
      "-m",
      model,
      "-o",
      output,
      "-f",
      "json,overlay",
      "--every",
      "3",
      "-q",
      "--legend",
    ];
    expect(await runCli(args)).toMatchObject({ code: 0, out: "", err: "" });
    const every = colors.filter((_, i) => i % 3 === 0).map(named);
    expect(await classesOf(path.join(output, "clip.jsonl"))).toEqual(every);
    expect(probe(path.join(output, "clip.overlay.mp4")).video).toMatchObject({ r_frame_rate: "4/3" });
  });

  test("is turned as it says, odd sizes lose one column or row", async () => {
    const folder = await newFolder();
    const [plain, turned] = [path.join(folder, "plain.mp4"), path.join(folder, "turned.mp4")];
    makeClip(plain, { width: 65, height: 33 }, "-c:v", "libx264", "-pix_fmt", "yuv444p");
    const isNew = spawnSync("ffmpeg", [
      "-v",
      "error",
      "-display_rotation:v:0",
      "90",
      "-i",
      plain,
      "-c",
      "copy",
      turned,
    ]);
    if (isNew.status !== 0) ffmpeg(["-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=90", turned]);
    const output = await newFolder();
    const { code, out } = await runCli(["segment", plain, turned, "-m", model, "-o", output, "--json"]);
    expect(code).toBe(0);
    const sizes = (JSON.parse(out) as { width: number; height: number }[]).map(({ width, height }) => [
      width,
      height,
    ]);
    expect(sizes).toEqual([
      [64, 32],
      [32, 64],
    ]);
    expect(probe(path.join(output, "turned.overlay.mp4")).video).toMatchObject({ width: 32, height: 64 });
  });

  test("colours of BT.709 and of the full range are read as what they are", async () => {
    const folder = await newFolder();
    const output = await newFolder();
    const kinds = { "709": ["bt709", "tv", "yuv420p"], full: ["bt470bg", "pc", "yuvj420p"] } as const;
    for (const [name, [matrix, range, format]] of Object.entries(kinds)) {
      const convert = `scale=out_color_matrix=${matrix}:out_range=${range},format=${format}`;
      const tags = ["-colorspace", matrix, "-color_range", range, "-c:v", "libx264", "-crf", "1"];
      makeClip(path.join(folder, `${name}.mp4`), { width: 32, height: 32 }, "-vf", convert, ...tags);
    }
    const files = Object.keys(kinds).map((name) => path.join(folder, `${name}.mp4`));
    const args = ["segment", ...files, "-m", model, "-o", output, "--alpha", "0"];
    expect((await runCli(args)).code).toBe(0);
    for (const name of Object.keys(kinds)) {
      const overlay = path.join(output, `${name}.overlay.mp4`);
      const raw = ffmpeg([
        "-i",
        overlay,
        "-vf",
        "crop=2:2:16:16",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "pipe:1",
      ]);
      colors.forEach((color, i) => {
        for (let c = 0; c < 3; c++) {
          expect(Math.abs((raw[i * 12 + c] ?? -99) - (rgb[color]?.[c] ?? 0))).toBeLessThanOrEqual(6);
        }
      });
    }
  });

  test("what is no video fails alone, and leaves nothing behind", async () => {
    const folder = await newFolder();
    const output = await newFolder();
    const [bad, other] = [path.join(folder, "bad.mp4"), path.join(folder, "other.mp4")];
    await writeFile(bad, "this is no video");
    await copyFile(clip, other);
    const inputs = [bad, "/no/such.mp4", await redPicture(), other];
    const { code, err } = await runCli(["segment", ...inputs, "-m", model, "-o", output]);
    expect(code).toBe(1);
    expect(err).toContain(`${bad}: [IMAGE_CORRUPT] ffprobe cannot read`);
    expect(err).toContain("/no/such.mp4: [IMAGE_NOT_FOUND]");
    expect((await readdir(output)).sort()).toEqual(["other.overlay.mp4", "red.overlay.png"]);
    expect(running(folder)).toEqual([]);
  });

  test.each([
    ["someone:secret@127.0.0.1:9/live?user=admin&password=secret", "127.0.0.1:9/live"],
    ["someone:se@secret@127.0.0.1:9/live?user=admin&password=secret", "127.0.0.1:9/live"],
    ["127.0.0.1:9/user=secret_password=secret_channel=1", "127.0.0.1:9/user=…_password=…_channel=1"],
  ])("the keys of a camera that does not answer are in no message: %s", async (text, shown) => {
    const address = `rtsp://${text}`;
    const args = ["segment", address, "-m", model, "-o", await newFolder()];
    const { code, out, err } = await runCli([...args, "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([{ image: `rtsp://${shown}`, error: { code: "IMAGE_CORRUPT" } }]);
    expect(out + err + (await runCli([...args])).err).not.toContain("secret");
  });

  test("it says how far it is where there is no terminal, and folders may be called like addresses", async () => {
    const folder = await newFolder();
    for (const output of ["out:1", "-o2"]) {
      const args = ["segment", clip, "-m", model, `--output=${output}`, "-f", "overlay"];
      const { code, err } = await runCli(args, { cwd: folder });
      expect(code).toBe(0);
      expect(err).toMatch(/^segment 100 % .*frame 8 of 8, [\d.]+ images\/s$/m);
      expect(probe(path.join(folder, output, "clip.overlay.mp4")).video).toMatchObject({ nb_frames: "8" });
    }
  });

  test("what is left of it fits the rate that stands beside it", async () => {
    const args = ["segment", long, "-m", model, "-o", await newFolder(), "-f", "json", "--every", "5"];
    const { err } = await runCli(args);
    expect(err.split("\n").length).toBeGreaterThan(5);
    expect([timesLeftFit(err), err]).toEqual([true, err]);
  });

  describe("what only calls itself a clip", () => {
    const playlist = (of: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${of}\n#EXT-X-ENDLIST\n`;
    /** Makes ffmpeg listen on this machine's port 5004, and wait, where nobody forbids it. */
    const session = [
      ...["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=x", "c=IN IP4 127.0.0.1", "t=0 0"],
      ...["m=video 5004 RTP/AVP 96", "a=rtpmap:96 H264/90000", ""],
    ].join("\r\n");

    /** A server of these; `asked` is what it was asked for. */
    async function serve(bodies: Readonly<Record<string, string | Buffer>>) {
      const asked: string[] = [];
      const server = createServer(({ url = "" }, response) => {
        const name = url.replace(/\?.*$/, "");
        asked.push(name);
        response.writeHead(name in bodies ? 200 : 404).end(bodies[name]);
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      return { asked, server, port: (server.address() as AddressInfo).port };
    }

    test("reaches no file of this machine and no port where it comes from the web, as clips of the web do not", async () => {
      const { server, port } = await serve({
        "/good.mkv": await readFile(long),
        "/file.mp4": playlist(`file://${clip}`),
        "/port.mp4": session,
      });
      const output = await newFolder();
      const names = ["good.mkv", "file.mp4", "port.mp4"];
      const addresses = names.map((name) => `http://127.0.0.1:${port}/${name}?key=secret`);
      const args = ["segment", ...addresses, "-m", model, "-o", output, "-f", "json", "--every", "50"];
      const { code, out, err } = await runCli(args).finally(() => server.close());
      expect(code).toBe(1);
      expect(await readdir(output)).toEqual(["good.jsonl"]);
      // Refused at once: what listened would be "no answer".
      for (const name of ["file", "port"])
        expect(err).toMatch(new RegExp(`/${name}\\.mp4: \\[IMAGE_CORRUPT\\] .*Invalid data`));
      expect(out + err).not.toContain("secret");
    });

    test("reaches neither the web nor a port where it is a file of this machine", async () => {
      const { asked, server, port } = await serve({});
      const [folder, output] = [await newFolder(), await newFolder()];
      await writeFile(path.join(folder, "web.mp4"), playlist(`http://127.0.0.1:${port}/part.ts`));
      await writeFile(path.join(folder, "port.mp4"), session);
      const files = ["web.mp4", "port.mp4"].map((name) => path.join(folder, name));
      const { code, err } = await runCli(["segment", ...files, "-m", model, "-o", output]).finally(() =>
        server.close(),
      );
      expect([code, asked, await readdir(output)]).toEqual([1, [], []]);
      for (const file of files) expect(err).toContain(`${file}: [IMAGE_CORRUPT] ffprobe cannot read`);
      expect(err).not.toContain("no answer");
      // Today's ffmpeg would refuse by itself: we say it all the same.
      const told = inputArguments({ kind: "clip", name: "x", id: "/x.mp4", place: "x.mp4" });
      expect(told).toEqual(["-protocol_whitelist", "file,crypto,data", "-i", "file:/x.mp4"]);
    });
  });

  test("an overlay that cannot be written is an error, and its clip's ffmpeg ends too", async () => {
    const output = await newFolder();
    const mask = await runCli(["segment", clip, "-m", model, "-o", output, "-f", "mask"]);
    const reason = /a video, no mask can be written[\s\S]*overlay.*json/;
    expect([mask.code, mask.err]).toEqual([2, expect.stringMatching(reason)]);
    const args = ["segment", clip, "-m", model, "-o", output];
    await mkdir(path.join(output, "clip.overlay.mp4"));
    const failed = await runCli(args);
    expect([failed.code, failed.err]).toEqual([1, expect.stringContaining("EISDIR")]);
    expect(await readdir(output)).toEqual(["clip.overlay.mp4"]);
    expect(running(clip)).toEqual([]);
  });

  test("Ctrl+C in a clip leaves neither a file nor a process", async () => {
    const output = await newFolder();
    const child = startCli(["segment", long, "-m", model, "-o", output, "-f", "overlay,json"]);
    await until(async () => (await readdir(output)).length > 1 && running(output).length > 0);
    child.kill("SIGINT");
    expect((await finished(child)).code).toBe(130);
    expect(await readdir(output)).toEqual([]);
    expect(running(long)).toEqual([]);
  });

  test("killed without a word, it takes its ffmpeg along", async () => {
    const output = await newFolder();
    const child = startCli(["segment", long, "-m", model, "-o", output]);
    await until(async () => (await readdir(output)).length > 0 && running(output).length > 0);
    child.kill("SIGKILL");
    await finished(child);
    await until(() => running(long).length === 0);
    expect((await readdir(output)).every((name) => name.endsWith(".tmp"))).toBe(true);
  });

  describe("a camera", () => {
    let address: string;
    let output: string;
    let child: ChildProcess;
    const readers = () => running(address).filter((line) => line.includes("rawvideo"));

    const lines = async () => {
      const names = (await readdir(output)).map((name) => path.join(output, name));
      const texts = await Promise.all(names.map((name) => readFile(name, "latin1")));
      return Math.max(0, ...texts.map((text) => (text.startsWith('{"frame"') ? text.split("\n").length : 0)));
    };

    beforeEach(async ({ task }) => {
      output = await newFolder();
      const port = 20_000 + ((process.pid + task.name.length * 101) % 20_000); // one for each test
      address = `udp://127.0.0.1:${port}`;
      const picture = ["-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10"];
      const coded = ["-c:v", "mpeg2video", "-g", "5", "-f", "mpegts", `${address}?pkt_size=1316`];
      started.push(spawn("ffmpeg", ["-v", "quiet", ...picture, ...coded]));
      const args = ["segment", address, "-m", model, "-o", output, "--latest-only", "-f", "overlay,json"];
      child = startCli([...args, "--json"]);
      await until(async () => (await lines()) > 5);
    });

    const overlayFrames = async () => {
      const [overlay = ""] = (await readdir(output)).filter((name) => name.endsWith(".mp4"));
      const { video } = probe(path.join(output, overlay));
      expect(video).toMatchObject({ width: 320, height: 240 });
      return Number(video.nb_frames);
    };

    test("goes on until Ctrl+C, and what it gave is kept", async () => {
      child.kill("SIGINT");
      const { code, out } = await finished(child);
      expect(code).toBe(130);
      const [{ frames, skipped }] = JSON.parse(out);
      // What was left out is filled by the picture before it: the video keeps its time.
      expect(await overlayFrames()).toBe(frames + skipped);
      expect(readers()).toEqual([]);
    });

    test("that is lost is a failure, and what it gave is kept", async () => {
      for (const reader of readers()) process.kill(Number.parseInt(reader, 10), "SIGKILL");
      const { code, out } = await finished(child);
      expect([code, JSON.parse(out)]).toMatchObject([1, [{ error: { code: "IMAGE_CORRUPT" } }]]);
      expect(await overlayFrames()).toBeGreaterThanOrEqual(5);
      expect(await lines()).toBeGreaterThan(5);
      expect((await readdir(output)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    });
  });
});

test("4, before the model is loaded: videos without ffmpeg", async () => {
  const nowhere = await newFolder();
  const file = path.join(nowhere, "clip.mp4");
  await writeFile(file, "");
  const args = ["segment", file, "-m", "/no/such/package", "-o", path.join(nowhere, "out")];
  const { code, err } = await runCli(args, { env: { PATH: nowhere } });
  expect(code).toBe(4);
  expect(err).toMatch(/\[IMAGE_DECODER_UNAVAILABLE\].*ffmpeg.*not on the PATH[\s\S]*apt install ffmpeg/);
  expect(err).not.toMatch(/\n +at /);
});
