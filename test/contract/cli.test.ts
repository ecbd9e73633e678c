// The command line as a shell sees it: output, files and exit codes.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newFolder, removeFolders, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

const main = path.join(import.meta.dirname, "../../dist/cli/main.js");

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env } });
}

async function finish(child: ChildProcess) {
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout?.on("data", (chunk) => out.push(String(chunk)));
  child.stderr?.on("data", (chunk) => err.push(String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out: out.join(""), err: err.join("") };
}

const run = (args: readonly string[], env?: Record<string, string>) => finish(start(args, env));

let model: string;
let picture: string;
beforeAll(async () => {
  model = await tinyPackage();
  picture = path.join(await newFolder(), "red.png");
  const red = { width: 12, height: 10, channels: 3, background: { r: 255, g: 0, b: 0 } } as const;
  await sharp({ create: red }).png().toFile(picture);
});

describe("deeplab-rt segment", () => {
  test("prints the classes and stages, and writes an overlay", async () => {
    const output = path.join(await newFolder(), "made", "here");
    const { code, out, err } = await run(["segment", picture, "-m", model, "-o", output]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(`${picture}  12×10`);
    expect(out).toMatch(/class +pixels +share +mean confidence +colour/);
    expect(out).toMatch(/red +120 +100\.00 % +1\.000 +#e6194b/);
    expect(out).toMatch(/decode +queue +preprocess +network +postprocess +total/);
    expect(out).not.toContain("\x1b");
    const overlay = path.join(output, "red.overlay.png");
    expect(out).toContain(overlay);
    expect(await sharp(overlay).metadata()).toMatchObject({ width: 12, height: 10 });
  });

  test("goes on after a bad picture and ends with 1", async () => {
    const output = await newFolder();
    const args = ["segment", "/no/such.png", picture, "-m", model, "-o", output];
    const { code, out, err } = await run(args);
    expect(code).toBe(1);
    expect(err).toContain("/no/such.png: [IMAGE_NOT_FOUND]");
    expect(out).toContain(picture);
    expect(await readdir(output)).toEqual(["red.overlay.png"]);
  });

  test("makes the folder before the model is loaded", async () => {
    const output = path.join(await newFolder(), "a", "b");
    expect((await run(["segment", picture, "-m", "/no/such/package", "-o", output])).code).toBe(3);
    expect(await readdir(output)).toEqual([]);
  });

  test("gives pictures of one name from two folders two overlays", async () => {
    const output = await newFolder();
    const other = path.join(await newFolder(), "red.png");
    await writeFile(other, await sharp(picture).toBuffer());
    await run(["segment", picture, other, "-m", model, "-o", output]);
    expect((await readdir(output)).sort()).toEqual(["red-2.overlay.png", "red.overlay.png"]);
  });

  test("prints one JSON document where asked, errors in it", async () => {
    const output = await newFolder();
    const { code, out } = await run([
      "segment",
      picture,
      "/no/such.png",
      "-m",
      model,
      "-o",
      output,
      "--json",
    ]);
    expect(code).toBe(1);
    const [done, failed] = JSON.parse(out);
    expect(done).toMatchObject({
      image: picture,
      width: 12,
      height: 10,
      overlay: path.join(output, "red.overlay.png"),
    });
    expect(done.classes[1]).toMatchObject({ name: "red", pixels: 120, share: 1, color: "#e6194b" });
    expect(Object.keys(done.timings)).toContain("network");
    expect(failed).toMatchObject({ image: "/no/such.png", error: { code: "IMAGE_NOT_FOUND" } });
  });

  test("takes a threshold", async () => {
    const output = await newFolder();
    const { out } = await run(["segment", picture, "-m", model, "-o", output, "-c", "1", "--json"]);
    expect(JSON.parse(out)[0].classes[1].pixels).toBe(0);
  });

  test("takes the sample model where none is named", async () => {
    const output = await newFolder();
    const { code, out } = await run(["segment", picture, "-o", output, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)[0].classes.length).toBeGreaterThan(2);
  });

  test("ends with 130 when interrupted", async () => {
    const output = await newFolder();
    const child = start(["segment", ...Array<string>(400).fill(picture), "-m", model, "-o", output]);
    child.stdout?.once("data", () => child.kill("SIGINT"));
    expect((await finish(child)).code).toBe(130);
  });

  test("ends quietly when its reader leaves", async () => {
    const output = await newFolder();
    const child = start(["segment", ...Array<string>(200).fill(picture), "-m", model, "-o", output]);
    child.stdout?.once("data", () => child.stdout?.destroy());
    const { code, err } = await finish(child);
    expect([code, err]).toEqual([0, ""]);
  });
});

describe("deeplab-rt info", () => {
  test("says what the package is and what runs it", async () => {
    const { code, out } = await run(["info", model]);
    expect(code).toBe(0);
    expect(out).toMatch(/^package +/m);
    expect(out).toMatch(/^backend +onnxruntime 1\.\d+\.\d+ on cpu/m);
    expect(out).toMatch(/^input +images: float32 \[any, 3, any, any\]$/m);
    expect(out).toMatch(/^classes +3: background \(background\), red, green$/m);
    expect(out).toMatch(/^resize +stretch to 8×8$/m);
  });

  test("as JSON is what model.info() returns", async () => {
    const { code, out } = await run(["info", model, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ folder: model, backend: "onnxruntime", channels: 3 });
  });
});

describe("exit codes", () => {
  const bad = "/no/such/package";
  test.each<[number, string[], Record<string, string>, RegExp]>([
    [0, ["--help"], {}, /^$/],
    [0, ["--version"], {}, /^$/],
    [2, [], {}, /Usage: deeplab-rt/],
    [2, ["segment"], {}, /missing required argument/],
    [2, ["sgment"], {}, /unknown command.*\n?.*segment/],
    [2, ["segment", "x.png", "--modle", "y"], {}, /unknown option.*\n?.*--model/],
    [2, ["segment", "x.png", "-c", "7"], {}, /--confidence.*0 to 1.*7/],
    [2, ["segment", "x.png", "-c", "many"], {}, /--confidence.*"best".*"many"/],
    [3, ["info", bad], {}, /\[PACKAGE_NOT_FOUND\]/],
    [3, ["segment", "x.png", "-m", bad], {}, /\[PACKAGE_NOT_FOUND\]/],
    [4, ["info", "MODEL"], { DEEPLAB_RT_ADDON: "/no/such.node" }, /\[BACKEND_ADDON_UNAVAILABLE\]/],
    [4, ["info", "MODEL"], { DEEPLAB_RT_ONNXRUNTIME: "/no/such.so" }, /\[BACKEND_UNAVAILABLE\]/],
  ])("%i: deeplab-rt %j %j", async (expected, args, env, message) => {
    const { code, err } = await run(
      args.map((arg) => (arg === "MODEL" ? model : arg)),
      env,
    );
    expect(code).toBe(expected);
    expect(err).toMatch(message);
  });

  test("3: a network that cannot be loaded", async () => {
    const broken = await tinyPackage({ weights: tinyOnnx().subarray(0, 40) });
    const { code, err } = await run(["info", broken]);
    expect(code).toBe(3);
    expect(err).toContain("[PACKAGE_WEIGHTS_INVALID]");
  });

  test.each([
    ["/proc/none/here", /ENOENT|EROFS/],
    ["FILE/below", /ENOTDIR/],
    ["FILE", /ENOTDIR.*is not a folder/],
  ])("2, before anything is loaded: --output %s", async (output, reason) => {
    const folder = output.replace("FILE", picture);
    const { code, err } = await run(["segment", picture, "-m", "/no/such/package", "-o", folder]);
    expect(code).toBe(2);
    expect(err).toMatch(reason);
    expect(err).toContain(`--output ${folder} cannot be made a folder: `);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  test("1: an overlay that cannot be written", async () => {
    const output = await newFolder();
    await mkdir(path.join(output, "red.overlay.png"));
    const { code, err } = await run(["segment", picture, "-m", model, "-o", output]);
    expect(code).toBe(1);
    expect(err).toContain("EISDIR");
    expect(err).not.toMatch(/\n +at /);
  });
});
