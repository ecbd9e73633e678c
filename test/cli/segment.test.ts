// deeplab-rt segment: what it takes, where its outputs go, what it does about those that are there.

import { copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { decodeRLE } from "deeplab-rt";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { copiesOf, filesIn, finished, modelAndPicture, runCli, startCli } from "../support/cli.js";
import { newFolder } from "../support/tiny-package.js";

const { model, picture } = await modelAndPicture();

/** A folder with the red picture under these names. */
async function folderWith(...names: string[]): Promise<string> {
  const folder = await newFolder();
  for (const name of names) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await copyFile(picture, path.join(folder, name));
  }
  return folder;
}

async function segment(args: readonly string[], options: Parameters<typeof runCli>[1] = {}) {
  const output = await newFolder();
  const result = await runCli(["segment", ...args, "-m", model, "-o", output], options);
  return { ...result, output, files: await filesIn(output) };
}

describe("inputs", () => {
  test("a folder: its pictures by name as people count, without other files and those below", async () => {
    const folder = await folderWith("a10.png", "a2.PNG", "sub/b.png", ".hidden.png", "old.overlay.png");
    await writeFile(path.join(folder, "notes.txt"), "no picture");
    const { code, out, err, files } = await segment([folder, "--json"]);
    expect(code).toBe(0);
    expect(files).toEqual(["a10.overlay.png", "a2.overlay.png"]);
    const names = (JSON.parse(out) as { image: string }[]).map(({ image }) => path.basename(image));
    expect(names).toEqual(["a2.PNG", "a10.png"]);
    expect(err).toContain("1 file left out: by its name it is an output");
  });

  test("--recursive: the folders below too, mirrored in the output, even where a link leads back", async () => {
    const folder = await folderWith("1.png", "x/1.png", "x/y/1.png");
    await symlink(folder, path.join(folder, "x", "loop"));
    const { code, files } = await segment([folder, "--recursive"]);
    expect(code).toBe(0);
    expect(files).toEqual(["1.overlay.png", "x/1.overlay.png", "x/y/1.overlay.png"]);
  });

  test("a pattern that no shell has expanded", async () => {
    const folder = await folderWith("left/1.png", "left/2.png", "right/1.png", "right/n.txt");
    const { code, files } = await segment([path.join(folder, "*", "*.*"), "--quiet"]);
    expect(code).toBe(0);
    expect(files).toEqual(["left/1.overlay.png", "left/2.overlay.png", "right/1.overlay.png"]);
  });

  test("a file whose name looks like a pattern, a file: URL, and each picture once", async () => {
    const folder = await folderWith("a[1].png");
    const file = path.join(folder, "a[1].png");
    const { code, out, files } = await segment([file, `file://${encodeURI(file)}`, folder, "--json"]);
    expect(code).toBe(0);
    expect(files).toEqual(["a[1].overlay.png"]);
    expect(JSON.parse(out)).toHaveLength(1);
  });

  test("-: the picture that comes through stdin", async () => {
    const { code, out, files } = await segment(["-", "--json"], { input: await readFile(picture) });
    expect(code).toBe(0);
    expect(files).toEqual(["stdin.overlay.png"]);
    expect(JSON.parse(out)[0]).toMatchObject({ image: "-", width: 12, height: 10 });
    expect((await segment(["-"])).err).toContain("-: [IMAGE_EMPTY]");
  });

  test.each([
    ["an empty folder", ["FOLDER"], /holds no pictures to segment[\s\S]*--recursive/],
    ["an empty folder, searched whole", ["FOLDER", "-r"], /holds no pictures[\s\S]*\.jpg, \.jpeg/],
    ["a pattern that nothing matches", ["FOLDER/*.png"], /No picture or clip matches/],
    ["a format that is none", ["x.png", "--format", "overlay,msk"], /"msk"\. Did you mean "mask"/],
    ["an alpha above 1", ["x.png", "--alpha", "1.5"], /--alpha to be a number from 0 to 1.*1\.5/],
    ["no batch", ["x.png", "--batch", "0"], /--batch.*from 1 to 1024.*"0"/],
    ["two wishes for what is there", ["x.png", "--overwrite", "--skip-existing"], /cannot be used with/],
  ])("2: %s", async (_, args, message) => {
    const folder = await newFolder();
    const { code, err } = await runCli(["segment", ...args.map((arg) => arg.replace("FOLDER", folder))]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n +at /);
  });
});

describe("outputs", () => {
  test("of one name from several folders keep their folders, of one folder their extensions", async () => {
    const folder = await folderWith("left/1.png", "right/1.png", "2.png", "2.gif", "3.png");
    const inputs = ["left/1.png", "right/1.png", "2.png", "2.gif", "3.png"];
    const { files } = await segment(inputs.map((name) => path.join(folder, name)));
    expect(files).toEqual([
      "2.gif.overlay.png",
      "2.png.overlay.png",
      "3.overlay.png",
      "left/1.overlay.png",
      "right/1.overlay.png",
    ]);
  });

  test("of several formats, each picture's JSON among them", async () => {
    const { output, files } = await segment([picture, "--format", "overlay, json", "--alpha", "1"]);
    expect(files).toEqual(["red.json", "red.overlay.png"]);
    const facts = JSON.parse(await readFile(path.join(output, "red.json"), "utf8"));
    expect(facts).toMatchObject({ image: picture, width: 12, height: 10 });
    expect(facts.classes[1]).toMatchObject({ name: "red", pixels: 120 });
    const { data } = await sharp(path.join(output, "red.overlay.png"))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 3)]).toEqual([0xe6, 0x19, 0x4b]);
  });

  test("as maps, colours and run-length codes say the same of every pixel", async () => {
    const formats = ["--format", "mask,color,rle,coco", "--classes", "red"];
    const { code, out, output, files } = await segment([picture, ...formats, "--json"]);
    expect(code).toBe(0);
    expect(files).toEqual(["coco.json", "red.color.png", "red.mask.png", "red.rle.json"]);
    expect(JSON.parse(out)[0]).toMatchObject({
      mask: path.join(output, "red.mask.png"),
      coco: path.join(output, "coco.json"),
    });
    const mask = sharp(path.join(output, "red.mask.png"));
    expect(await mask.metadata()).toMatchObject({ width: 12, height: 10, channels: 1, depth: "uchar" });
    expect(new Set(await mask.toColourspace("b-w").raw().toBuffer())).toEqual(new Set([1]));
    const color = await sharp(path.join(output, "red.color.png")).removeAlpha().raw().toBuffer();
    expect([...color.subarray(0, 3)]).toEqual([0xe6, 0x19, 0x4b]);
    const json = async (name: string) => JSON.parse(await readFile(path.join(output, name), "utf8"));
    const rle = await json("red.rle.json");
    expect(rle).toMatchObject({ image: picture, width: 12, height: 10 });
    expect(rle.classes).toMatchObject([{ classId: 1, name: "red", area: 120, size: [10, 12] }]);
    expect(decodeRLE(rle.classes[0])).toEqual(new Uint8Array(120).fill(1));
    expect(await json("coco.json")).toMatchObject({
      images: [{ id: 1, width: 12, height: 10, file_name: "red.png" }],
      annotations: [{ id: 1, image_id: 1, area: 120, bbox: [0, 0, 12, 10] }],
    });
  });

  test("only of chosen classes, and with a legend where asked for", async () => {
    const plain = await segment([picture, "--alpha", "1"]);
    const green = await segment([picture, "--alpha", "1", "--classes", "green"]);
    const legend = await segment([picture, "--alpha", "1", "--legend"]);
    const pixels = ({ output }: { output: string }) =>
      sharp(path.join(output, "red.overlay.png")).removeAlpha().raw().toBuffer();
    expect([...(await pixels(plain)).subarray(0, 3)]).toEqual([0xe6, 0x19, 0x4b]);
    expect([...(await pixels(green)).subarray(0, 3)]).toEqual([255, 0, 0]);
    expect((await pixels(legend)).equals(await pixels(plain))).toBe(false);
    const { code, err } = await segment([picture, "--classes", "grene"]);
    expect([code, err]).toEqual([2, expect.stringMatching(/--classes.*"grene"\. Did you mean "green"/)]);
  });

  test("COCO's file is continued: what is in it stays, in one count of ids", async () => {
    const folder = await folderWith("1.png", "x/2.png");
    const output = await newFolder();
    const args = ["-m", model, "-o", output, "-f", "coco", "-q"];
    const read = async () => JSON.parse(await readFile(path.join(output, "coco.json"), "utf8"));
    await runCli(["segment", folder, ...args]);
    const before = await read();
    expect(before.images).toMatchObject([{ id: 1, file_name: "1.png" }]);
    expect((await runCli(["segment", folder, "-r", ...args])).code).toBe(2);
    const { code } = await runCli(["segment", folder, "-r", ...args, "--skip-existing"]);
    expect(code).toBe(0);
    const after = await read();
    expect(after.images.map(({ id, file_name }: never) => [id, file_name])).toEqual([
      [1, "1.png"],
      [2, "x/2.png"],
    ]);
    expect(after.annotations.map(({ id, image_id }: never) => [id, image_id])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(after.categories).toEqual(before.categories);
    await writeFile(path.join(output, "coco.json"), "[]");
    const bad = await runCli(["segment", folder, ...args, "--skip-existing"]);
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining("no COCO file that could be continued")]);
  });

  test("that are there are refused, left or replaced, as the user says", async () => {
    const folder = await folderWith("1.png", "2.png", "3.png");
    const output = await newFolder();
    const run = (...more: string[]) => runCli(["segment", folder, "-m", model, "-o", output, ...more]);
    await writeFile(path.join(output, "2.overlay.png"), "mine");
    const refused = await run();
    expect([refused.code, refused.out]).toEqual([2, ""]);
    expect(refused.err).toMatch(/2\.overlay\.png would be replaced[\s\S]*--skip-existing.*--overwrite/);
    expect(await filesIn(output)).toEqual(["2.overlay.png"]);

    const rest = await run("--skip-existing", "--json");
    expect(rest.code).toBe(0);
    const skipped = (JSON.parse(rest.out) as { skipped?: boolean }[]).map((entry) => entry.skipped);
    expect(skipped).toEqual([undefined, true, undefined]);
    expect(await readFile(path.join(output, "2.overlay.png"), "utf8")).toBe("mine");

    expect((await run("--overwrite")).code).toBe(0);
    expect((await readFile(path.join(output, "2.overlay.png"))).subarray(1, 4).toString()).toBe("PNG");
    // All is there: the model is not even loaded.
    const nothing = ["segment", folder, "-m", "/no/such/package", "-o", output, "--skip-existing"];
    expect(await runCli(nothing)).toMatchObject({ code: 0, out: "" });
  });

  test("an interrupted run goes on where it was ended", async () => {
    const folder = await copiesOf(picture, 60);
    const output = await newFolder();
    const args = ["segment", folder, "-m", model, "-o", output, "--concurrency", "2"];
    const child = startCli(args);
    child.stdout?.once("data", () => child.kill("SIGTERM"));
    expect((await finished(child)).code).toBe(143);
    const before = await filesIn(output);
    expect(before.every((name) => name.endsWith(".overlay.png"))).toBe(true);
    expect(before.length).toBeLessThan(60);
    const { code, err } = await runCli([...args, "--skip-existing"]);
    expect(code).toBe(0);
    expect(err).toMatch(new RegExp(`${60 - before.length} done in .*; ${before.length} left as they were`));
    expect(await filesIn(output)).toHaveLength(60);
  });

  test("of a folder that may not be written to fail one by one, and leave nothing", async () => {
    const folder = await folderWith("x/1.png", "y/1.png");
    const output = await newFolder();
    await writeFile(path.join(output, "x"), "a file where a folder would have to be");
    const { code, out, err } = await runCli(["segment", folder, "-r", "-m", model, "-o", output]);
    expect(code).toBe(1);
    expect(err).toMatch(/x\/1\.png: E(EXIST|NOTDIR)/);
    expect(out).toContain(path.join("y", "1.png"));
    expect(await filesIn(output)).toEqual(["x", "y/1.overlay.png"]);
  });
});

describe("many pictures", () => {
  test("bad ones in between do not stop the others, and are listed at the end, also in batches", async () => {
    const folder = await copiesOf(picture, 10);
    await writeFile(path.join(folder, "3.png"), "no picture");
    await writeFile(path.join(folder, "7.png"), (await readFile(picture)).subarray(0, 60));
    for (const more of [[], ["--batch", "4"]]) {
      const { code, out, err, files } = await segment([folder, ...more]);
      expect(code).toBe(1);
      expect(files).toHaveLength(8);
      const lines = out.trim().split("\n");
      expect(lines).toHaveLength(8);
      expect(lines[0]).toMatch(/1\.png {2}12×10 {2}red 100\.00 % {2}\d+ ms$/);
      expect(err).toMatch(/8 done in 0:\d\d, [\d.]+ images\/s; 2 failed\./);
      const list =
        /Failed \(2 of 10\):\n {2}\S+3\.png {2}IMAGE_UNSUPPORTED\n {2}\S+7\.png {2}IMAGE_CORRUPT\n$/;
      expect(err).toMatch(list);
    }
  });

  test("--quiet says only what failed", async () => {
    const folder = await copiesOf(picture, 6);
    expect(await segment([folder, "--quiet"])).toMatchObject({ code: 0, out: "", err: "" });
    const { code, out, err } = await segment([folder, "/no/such.png", "--quiet"]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^\/no\/such\.png: \[IMAGE_NOT_FOUND\][\s\S]*Failed \(1 of 7\):/);
  });

  test("JSON in which nothing else stands, with progress as lines on the other stream", async () => {
    const folder = await copiesOf(picture, 20);
    const { out, err } = await segment([folder, "--json"]);
    expect(JSON.parse(out)).toHaveLength(20);
    expect(err).toMatch(/^segment \d+ %/m);
    expect(err).toMatch(/^segment 100 % {2}20 of 20, [\d.]+ images\/s$/m);
    expect(err).not.toContain("\x1b");
  });
});
