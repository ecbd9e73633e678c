// The command line as a shell sees it: output, files and exit codes.

import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { copiesOf, finished, modelAndPicture, runCli, startCli } from "../support/cli.js";
import { enginePackage } from "../support/engine-package.js";
import { newFolder, tinyOnnx, tinyPackage } from "../support/tiny-package.js";

const { model, picture } = await modelAndPicture();
const engine = await enginePackage({ facts: null });

describe("deeplab-rt segment", () => {
  test("prints the classes and stages, and writes an overlay", async () => {
    const output = path.join(await newFolder(), "made", "here");
    const { code, out, err } = await runCli(["segment", picture, "-m", model, "-o", output]);
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
    const { code, out, err } = await runCli(args);
    expect(code).toBe(1);
    expect(err).toContain("/no/such.png: [IMAGE_NOT_FOUND]");
    expect(out).toContain(picture);
    expect(await readdir(output)).toEqual(["red.overlay.png"]);
  });

  test("makes the folder before the model is loaded", async () => {
    const output = path.join(await newFolder(), "a", "b");
    expect((await runCli(["segment", picture, "-m", "/no/such/package", "-o", output])).code).toBe(3);
    expect(await readdir(output)).toEqual([]);
  });

  test("prints one JSON document where asked, errors in it", async () => {
    const output = await newFolder();
    const { code, out } = await runCli([
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
    const { out } = await runCli(["segment", picture, "-m", model, "-o", output, "-c", "1", "--json"]);
    expect(JSON.parse(out)[0].classes[1].pixels).toBe(0);
  });

  test("takes the sample model where none is named", async () => {
    const output = await newFolder();
    const { code, out } = await runCli(["segment", picture, "-o", output, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)[0].classes.length).toBeGreaterThan(2);
  });

  test("ends quietly when its reader leaves, without a file half written", async () => {
    const output = await newFolder();
    const folder = await copiesOf(picture, 400);
    const child = startCli(["segment", folder, "-m", model, "-o", output, "--quiet", "--json"]);
    child.stdout?.destroy();
    const { code, err } = await finished(child);
    expect([code, err]).toEqual([0, ""]);
    for (const name of await readdir(output)) {
      expect(name).toMatch(/^\d+\.overlay\.png$/);
      expect((await sharp(path.join(output, name)).ensureAlpha().raw().toBuffer()).length).toBe(12 * 10 * 4);
    }
  });
});

describe("deeplab-rt info", () => {
  test("says what the package is and what runs it", async () => {
    const { code, out } = await runCli(["info", model]);
    expect(code).toBe(0);
    expect(out).toMatch(/^package +/m);
    expect(out).toMatch(/^backend +onnxruntime 1\.\d+\.\d+ on cpu/m);
    expect(out).toMatch(/^input +images: float32 \[any, 3, any, any\]$/m);
    expect(out).toMatch(/^classes +3: background \(background\), red, green$/m);
    expect(out).toMatch(/^resize +stretch to 8×8$/m);
    expect(out).toMatch(/^precision +fp32$/m);
    expect(out).toMatch(/^threads +\d+ in an operator, [1-9]\d* around the network$/m);
    expect(out).toMatch(/^memory +weights [\d.]+ MiB$/m);
  });

  test("as JSON is what model.info() returns", async () => {
    const { code, out } = await runCli(["info", model, "--json"]);
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
    [2, ["info", "MODEL", "--backend", "tensorrt"], {}, /Expected backend to be one of .*"trt".*"tensorrt"/],
    [2, ["segment", "x.png", "-m", "MODEL", "--device", "cuda"], {}, /Did you mean "cuda:0"\?/],
    [
      4,
      ["info", "MODEL", "--backend", "trt", "--cuda", "/no/such.so"],
      {},
      /\[BACKEND_UNAVAILABLE\].*(?:--cuda|runtime\.cuda)/s,
    ],
    [
      4,
      ["compile", "MODEL", "-o", "NOWHERE", "--cuda", "/no/such.so"],
      {},
      /\[BACKEND_UNAVAILABLE\].*runtime\.cuda/s,
    ],
    [2, ["compile", "MODEL", "--fp16", "--bf16"], {}, /--fp16 and --bf16/],
    [2, ["compile", "MODEL", "--max-batch", "many"], {}, /--max-batch.*whole number.*"many"/],
    [2, ["compile", "MODEL", "--workspace", "12GB"], {}, /Did you mean "12GiB"\?/],
    [2, ["compile", "MODEL", "-o", "MODEL"], {}, /it is or holds the package itself/],
    [3, ["compile", bad], {}, /\[PACKAGE_NOT_FOUND\]/],
    [4, ["info", "MODEL", "--onnxruntime", "/no/such.so"], {}, /option runtime\.onnxruntime/],
    [3, ["info", "ENGINE"], {}, /\[ENGINE_UNTRUSTED\].*trustEngine: true/s],
    [4, ["info", "MODEL"], { DEEPLAB_RT_ADDON: "/no/such.node" }, /\[BACKEND_ADDON_UNAVAILABLE\]/],
    [4, ["info", "MODEL"], { DEEPLAB_RT_ONNXRUNTIME: "/no/such.so" }, /\[BACKEND_UNAVAILABLE\]/],
  ])("%i: deeplab-rt %j %j", async (expected, args, env, message) => {
    const folders: Record<string, string> = {
      MODEL: model,
      ENGINE: engine,
      NOWHERE: path.join(await newFolder(), "out"),
    };
    const { code, err } = await runCli(
      args.map((arg) => folders[arg] ?? arg),
      { env },
    );
    expect(code).toBe(expected);
    expect(err).toMatch(message);
  });

  test("3 or 4, as this machine has it: an engine that is vouched for goes to TensorRT", async () => {
    const { code, err } = await runCli(["info", engine, "--trust-engine"]);
    expect([3, 4]).toContain(code);
    expect(err).toMatch(/\[(BACKEND_UNAVAILABLE|DEVICE_UNAVAILABLE|ENGINE_\w+)\]/);
    expect(err).not.toContain("ENGINE_UNTRUSTED");
  });

  test("3: a network that cannot be loaded", async () => {
    const broken = await tinyPackage({ weights: tinyOnnx().subarray(0, 40) });
    const { code, err } = await runCli(["info", broken]);
    expect(code).toBe(3);
    expect(err).toContain("[PACKAGE_WEIGHTS_INVALID]");
  });

  test.each([
    ["/proc/none/here", /ENOENT|EROFS/],
    ["FILE/below", /ENOTDIR/],
    ["FILE", /ENOTDIR.*is not a folder/],
  ])("2, before anything is loaded: --output %s", async (output, reason) => {
    const folder = output.replace("FILE", picture);
    const { code, err } = await runCli(["segment", picture, "-m", "/no/such/package", "-o", folder]);
    expect(code).toBe(2);
    expect(err).toMatch(reason);
    expect(err).toContain(`--output ${folder} cannot be made a folder: `);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  test("1: an overlay that cannot be written", async () => {
    const output = await newFolder();
    await mkdir(path.join(output, "red.overlay.png"));
    const { code, err } = await runCli(["segment", picture, "-m", model, "-o", output]);
    expect(code).toBe(1);
    expect(err).toContain("EISDIR");
    expect(err).not.toMatch(/\n +at /);
    expect(await readdir(output)).toEqual(["red.overlay.png"]);
  });
});
