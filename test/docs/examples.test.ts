// The programs of examples/ do what they say: each is run as a reader would run it, and its answer is known beforehand.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ChildResult, runProgram } from "../support/child.js";
import { newFolder, removeFolders, stripes, tinyConfig, tinyPackage } from "../support/tiny-package.js";

const root = path.resolve(import.meta.dirname, "../..");

// Columns of the picture: 4 red, 2 green, 2 blue, which the tiny network calls red, green and background.
let tiny: string;
let folder: string;
let picture: string;
beforeAll(async () => {
  [tiny, folder] = await Promise.all([tinyPackage(), newFolder()]);
  picture = path.join(folder, "stripes.png");
  await writeFile(picture, await png(stripes()));
});
afterAll(removeFolders);

function png({ data, width, height }: ReturnType<typeof stripes>): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

const run = (name: string, ...args: string[]) => runProgram(`examples/${name}.mjs`, args);

/** Its output where it ended well; else the test fails with all that it said. */
function output({ code, stdout, stderr }: ChildResult): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("road-scenes", () => {
  test("writes an overlay of every picture and a table of shares, and says which picture failed", async () => {
    const [scenes, results] = await Promise.all([newFolder(), newFolder()]);
    for (const name of ["wood.jpg", "metal.jpg"])
      await copyFile(path.join(root, "assets/samples", name), path.join(scenes, name));
    await writeFile(path.join(scenes, "broken.jpg"), "no picture");

    const { code, stdout, stderr } = await run("road-scenes", scenes, "--output", results);
    expect(code).toBe(1);
    expect(stdout).toContain("2 pictures segmented, 1 failed");
    expect(stderr).toContain("broken.jpg: ");

    expect(readdirSync(results).sort()).toEqual([
      "metal.jpg.overlay.png",
      "shares.csv",
      "wood.jpg.overlay.png",
    ]);
    const overlay = await sharp(path.join(results, "wood.jpg.overlay.png")).metadata();
    expect([overlay.width, overlay.height]).toEqual([640, 480]);
    const [head, ...rows] = (await readFile(path.join(results, "shares.csv"), "utf8")).trim().split("\n");
    expect(head).toBe("picture,background,scratch,pit,stain,crack");
    for (const row of rows) {
      const shares = row.split(",").slice(1).map(Number);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3);
      expect(shares[0]).toBeLessThan(1);
    }
  });

  test("keeps two pictures of one name apart, and cells with commas and quotes whole", async () => {
    const classes = ["background", 'road, "wet"', "green"];
    const model = await tinyPackage({ classNames: `${classes.join("\n")}\n` });
    const [scenes, results] = await Promise.all([newFolder(), newFolder()]);
    await copyFile(picture, path.join(scenes, "a.png"));
    await sharp(picture).webp({ lossless: true }).toFile(path.join(scenes, "a.webp"));

    output(await run("road-scenes", scenes, "--model", model, "--output", results));
    expect(readdirSync(results).sort()).toEqual(["a.png.overlay.png", "a.webp.overlay.png", "shares.csv"]);
    const lines = (await readFile(path.join(results, "shares.csv"), "utf8")).trim().split("\n");
    expect(lines).toEqual([
      'picture,background,"road, ""wet""",green',
      "a.png,0.2500,0.5000,0.2500",
      "a.webp,0.2500,0.5000,0.2500",
    ]);
  });

  test("does not end well with a folder that has no pictures", async () => {
    const { code, stderr } = await run("road-scenes", await newFolder(), "--output", await newFolder());
    expect(code).toBe(1);
    expect(stderr).toContain("there are no pictures");
  });
});

describe("medical-slices", () => {
  test("adds up the volume of a structure over the slices, and keeps its probabilities", async () => {
    const [slices, results] = await Promise.all([newFolder(), newFolder()]);
    for (const name of ["1.png", "2.png"]) await copyFile(picture, path.join(slices, name));
    // 10 mm a side: 1 ml a pixel. Half of the 64 pixels of each slice are red.
    const args = [
      slices,
      "--model",
      tiny,
      "--structure",
      "red",
      "--spacing",
      "10x10x10",
      "--output",
      results,
    ];
    const text = output(await run("medical-slices", ...args));
    expect(text).toContain("red in 2 slices, each pixel 1 ml");
    expect(text).toMatch(/at least 0\.5 +64\.00 ml/);
    expect(text).toMatch(/expected volume +6[34]\.\d\d ml/);
    expect(text).toMatch(/between 0\.2 and 0\.8 +0\.00 ml/);
    const file = await readFile(path.join(results, "2.png.f32"));
    const plane = Array.from({ length: file.length / 4 }, (_, i) => Math.round(file.readFloatLE(i * 4)));
    expect(plane).toEqual(Array.from({ length: 8 }, () => [1, 1, 0, 0, 0, 0, 1, 1]).flat());
  });

  test.each(["0.7x5mm", "0.7x0.7", "0.7x0.7x5x1", "1x-1x-1", "0x1x1", "1x1x", "1xInfinityx1"])(
    "refuses %s, which is no spacing",
    async (spacing) => {
      const { code, stderr } = await run("medical-slices", folder, "--spacing", spacing);
      expect(code).not.toBe(0);
      expect(stderr).toContain(`--spacing is three lengths in mm, like 0.7x0.7x5, not ${spacing}`);
    },
  );

  test("does not call a folder without slices a volume of nothing", async () => {
    const { code, stderr } = await run("medical-slices", await newFolder());
    expect(code).not.toBe(0);
    expect(stderr).toContain("there are no slices");
  });
});

describe("field-survey", () => {
  const areas = async (...args: string[]) => {
    const { classes } = JSON.parse(output(await run("field-survey", ...args, "--json")));
    return Object.fromEntries(classes.map((entry: { class: string }) => [entry.class, entry])) as Record<
      string,
      { squareMetres: number; hectares: number; share: number }
    >;
  };

  test("gives the areas of all pictures together, in square metres of the ground", async () => {
    // Pixels of half a metre: a quarter of a square metre each.
    const found = await areas(picture, picture, "--model", tiny, "--pixel-size", "50");
    expect(found.red).toMatchObject({ squareMetres: 16, hectares: 0.0016, share: 0.5 });
    expect(found.green).toMatchObject({ squareMetres: 8, share: 0.25 });
    expect(found.background).toMatchObject({ squareMetres: 8, share: 0.25 });
  });

  test("does not count as ground what the package's static crop leaves out", async () => {
    const crop = { enabled: true, x_min: 50, x_max: 100, y_min: 0, y_max: 100 };
    const config = tinyConfig({}, { image_pre_processing: { "static-crop": crop } });
    const found = await areas(picture, "--model", await tinyPackage({ config }), "--pixel-size", "100");
    expect(found.background?.squareMetres).toBe(16);
    expect(found.red?.squareMetres).toBe(16);
    expect(found.green?.squareMetres).toBe(0);
  });
});

describe("defect-inspection", () => {
  const inspect = (...args: string[]) => run("defect-inspection", ...args, "--model", tiny);

  test("passes a part whose defects are within their limits, with exit code 0", async () => {
    expect(output(await inspect(picture, "--limit", "red=0.5", "--limit", "green=0.25"))).toBe("PASS\n");
  });

  test("fails a part with too much of one, with exit code 1, and says of what", async () => {
    const { code, stdout } = await inspect(picture, "--limit", "red=0.5", "--limit", "green=0.24");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^green: 25\.000 % .*allowed are 24\.000 %\nFAIL\n$/);
  });

  test.each([
    ["a picture that is not there", ["none.png"], "IMAGE_NOT_FOUND"],
    ["a limit for a class that the model lacks", ["PICTURE", "--limit", "rust=0.1"], 'no class "rust"'],
    ["a limit that is none", ["PICTURE", "--limit", "red"], "--limit is name=share"],
    ["an option that there is not", ["PICTURE", "--limt", "red=1"], "--limt"],
    ["a second picture", ["PICTURE", "other.png"], "other.png"],
  ])("never passes by accident: %s is exit code 2", async (_, args, words) => {
    const { code, stdout, stderr } = await inspect(...args.map((arg) => (arg === "PICTURE" ? picture : arg)));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(words);
  });
});

describe("worker-pool", () => {
  test("shares maps between threads without a copy", async () => {
    const lines = output(
      await run("worker-pool", picture, picture, picture, "--model", tiny, "--workers", "2"),
    );
    // Three borders in each of the seven rows that have one below.
    expect(lines.trim().split("\n")).toEqual(Array(3).fill(`${picture}: 8×8, 21 edge pixels, map shared`));
  });

  test("goes on after a picture that fails, and ends with exit code 1", async () => {
    const { code, stdout } = await run("worker-pool", "none.png", picture, "--model", tiny, "--workers", "1");
    expect(code).toBe(1);
    expect(stdout).toContain("none.png: DeepLabError");
    expect(stdout).toContain("21 edge pixels");
  });

  test.each(["x", "0", "-1", "1.5", "1000000"])("does not end well with %s workers", async (workers) => {
    const { code, stderr } = await run("worker-pool", picture, "--model", tiny, `--workers=${workers}`);
    expect(code).toBe(1);
    expect(stderr).toContain(`--workers is a whole number from 1 to 64, not ${workers}`);
  });
});

describe("camera", () => {
  const ffmpeg = spawnSync("ffmpeg", ["-version"]).error === undefined;

  test("works on the newest of the frames that are drawn, and closes their source", async () => {
    const text = output(await run("camera", "--frames", "3", "--size", "64x64"));
    expect(text).toMatch(/^frame 0 \(0 skipped\): background [\d.]+ %, scratch/);
    expect(text).toMatch(/\d+ frames received, 3 segmented, \d+ skipped/);
  });

  test.each(["abc", "640", "0x480", "640x480x3", "641x480", "640x-2", "99999x2"])(
    "refuses %s, which is no size of NV12",
    async (size) => {
      const { code, stderr } = await run("camera", `--size=${size}`, "--model", tiny);
      expect(code).toBe(1);
      expect(stderr).toContain(
        `--size is two even numbers of pixels, as NV12 has them, like 640x480, not ${size}`,
      );
    },
  );

  test("does not end well with an input that ffmpeg cannot read", async () => {
    const { code, stdout, stderr } = await run("camera", "--input", "nope.mp4", "--model", tiny);
    expect([code, stdout]).toEqual([1, ""]);
    // Without ffmpeg the program says so by itself.
    const words = ffmpeg
      ? /nope\.mp4: No such file[\s\S]*ffmpeg ended with \d+ on nope\.mp4/
      : /ffmpeg ENOENT/;
    expect(stderr).toMatch(words);
  });

  test("does not end well with an input that has no frames", async () => {
    const args = ["--input", "color=red:duration=0", "--format", "lavfi", "--model", tiny];
    const { code, stderr } = await run("camera", ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(ffmpeg ? /no frame came from color=red:duration=0/ : /ffmpeg ENOENT/);
  });

  test("reads what ffmpeg reads, and where there is none says so", async () => {
    const input = ["--input", "color=red:size=96x64:duration=0.2", "--format", "lavfi", "--size", "64x32"];
    const result = await run("camera", ...input, "--frames", "1", "--model", tiny);
    if (ffmpeg) {
      expect(output(result)).toContain("frame 0 (0 skipped): background 0.0 %, red 100.0 %, green 0.0 %");
    } else {
      expect(result.code).not.toBe(0);
      expect(result.stderr).toContain("ffmpeg ENOENT");
    }
  });
});

describe("every example", () => {
  const programs = readdirSync(path.join(root, "examples")).filter((name) => name.endsWith(".mjs"));

  test.each(programs)("%s is short, says how it is run, and has a test here", (name) => {
    const text = readFileSync(path.join(root, "examples", name), "utf8");
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(80);
    expect(text).toContain(`//   node examples/${name} `);
    const tests = ["examples.test.ts", "endpoint-example.test.ts"]
      .map((file) => readFileSync(path.join(import.meta.dirname, file), "utf8"))
      .join("\n");
    expect(tests).toMatch(new RegExp(`describe(\\.each\\(\\[.*)?\\(?"${name.replace(".mjs", "")}"`));
  });

  test.each(programs)("%s uses nothing of the package but what users can import", (name) => {
    const text = readFileSync(path.join(root, "examples", name), "utf8");
    const imports = [...text.matchAll(/from "([^"]+)"/g)].map(([, from = ""]) => from);
    expect(imports).toContain("deeplab-rt");
    expect(imports.filter((from) => !/^(node:[\w/]+|deeplab-rt|fastify|express)$/.test(from))).toEqual([]);
  });
});
