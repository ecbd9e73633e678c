// deeplab-rt segment: inputs that lead astray, and outputs that are there in part.

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { AutoModel } from "deeplab-rt";
import sharp from "sharp";
import { expect, test } from "vitest";
import { filesIn, modelAndPicture, redPicture, runCli } from "../support/cli.js";
import { newFolder, tinyPackage } from "../support/tiny-package.js";

const { model, picture } = await modelAndPicture();

test("a pattern that leads out of its folder writes into --output alone", async () => {
  const folder = await newFolder();
  for (const name of ["a/b", "other"]) await mkdir(path.join(folder, name), { recursive: true });
  await copyFile(picture, path.join(folder, "other", "1.png"));
  const args = ["segment", "*/../../other/*.png", "-m", model, "-o", "deep", "-q"];
  expect(await runCli(args, { cwd: path.join(folder, "a") })).toMatchObject({ code: 0, err: "" });
  expect(await filesIn(folder)).toEqual(["a/deep/1.overlay.png", "other/1.png"]);
});

test("files in folders that are called like addresses are files", async () => {
  const folder = await newFolder();
  for (const name of ["data:x.png", "s3:y.png", "http:z.png"]) {
    await copyFile(picture, path.join(folder, name));
  }
  const { code, out } = await runCli(["segment", ".", "-m", model, "-o", "out", "--json"], { cwd: folder });
  expect(code).toBe(0);
  const named = (JSON.parse(out) as { image: string; width: number }[]).map(({ image, width }) => [
    image,
    width,
  ]);
  expect(named).toEqual([
    ["data:x.png", 12],
    ["http:z.png", 12],
    ["s3:y.png", 12],
  ]);
});

test("--skip-existing writes the formats that are missing, and leaves the others as they are", async () => {
  const output = await newFolder();
  await writeFile(path.join(output, "red.overlay.png"), "mine");
  const args = ["segment", picture, "-m", model, "-o", output, "-f", "overlay,mask", "--skip-existing"];
  expect((await runCli([...args, "--json"])).code).toBe(0);
  expect(await filesIn(output)).toEqual(["red.mask.png", "red.overlay.png"]);
  expect(await readFile(path.join(output, "red.overlay.png"), "utf8")).toBe("mine");
});

test.each([
  ["http://h/%zz.jpg", /http:\/\/h\/%zz\.jpg is no address/],
  ["http://user:SECRET@[bad/x.jpg?key=SECRET", /http:\/\/\[bad\/x\.jpg is no address/],
  ["file:nope%zz", /file:\/\/\/\S*nope%zz is no address/],
  ["file:///a%2Fb.png", /is no address/],
])("2: the address %s", async (address, message) => {
  const { code, err } = await runCli(["segment", address, "-m", model, "-o", await newFolder()]);
  expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  expect(err).not.toMatch(/SECRET|\n +at /);
});

test.each([
  ["http://127.0.0.1:9/a/x.png?X-Amz-Signature=SECRET", "http://127.0.0.1:9/a/x.png"],
  ["http://127.0.0.1:9/token=SECRET/x.png", "http://127.0.0.1:9/token=…/x.png"],
  ["ftp://user:SECRET@127.0.0.1:9/x.png?SECRET", "ftp://127.0.0.1:9/x.png"],
  ["sftp://user:SECRET@127.0.0.1:9/clip.mp4", "sftp://127.0.0.1:9/clip.mp4"],
])("the keys of %s are in no report", async (address, shown) => {
  for (const more of [[], ["--json"]]) {
    const args = ["segment", address, "-m", model, "-o", await newFolder(), ...more];
    const { code, out, err } = await runCli(args);
    expect(code).toBe(1);
    expect(out + err).toContain(shown);
    expect(out + err).not.toContain("SECRET");
  }
  const { code, out, err } = await runCli(["explain", address, "1", "1", "-m", model]);
  expect([1, 5]).toContain(code);
  expect(out + err).toContain(shown);
  expect(out + err).not.toContain("SECRET");
});

test("an input whose outputs are there is said to be left, also where it is the only one", async () => {
  const output = await newFolder();
  await writeFile(path.join(output, "red.overlay.png"), "of another picture called red");
  const args = ["segment", picture, "-m", model, "-o", output, "--skip-existing"];
  const { code, out, err } = await runCli(args);
  expect([code, out, err]).toEqual([0, "", `${picture}: left as it was, for its outputs are there.\n`]);
  expect((await runCli([...args, "--quiet"])).err).toBe("");
});

test("2: COCO's file is not continued with other classes, or with another model", async () => {
  const output = await newFolder();
  const run = (...more: string[]) =>
    runCli(["segment", ...more, "-o", output, "-f", "coco", "--skip-existing", "-q"]);
  const file = path.join(output, "coco.json");
  const other = await redPicture("other.png");
  expect((await run(picture, "-m", model, "--classes", "red")).code).toBe(0);
  const before = await readFile(file, "utf8");
  // Before the model is loaded.
  for (const classes of [[], ["--classes", "green"], ["--classes", "red,green"]]) {
    const { code, err } = await run(picture, other, "-m", "/no/such/package", ...classes);
    expect([code, err]).toEqual([2, expect.stringMatching(/coco\.json was begun with --classes red;/)]);
  }
  const names = await tinyPackage({ classNames: "background\nred\nother\n" });
  const { code, err } = await run(picture, other, "-m", names, "--classes", "red");
  expect([code, err.match(/other categories/g)?.length]).toEqual([2, 1]);
  expect(await readFile(file, "utf8")).toBe(before);
  expect((await run(picture, other, "-m", model, "--classes", "red")).code).toBe(0);
  const { images } = JSON.parse(await readFile(file, "utf8"));
  expect(images.map(({ file_name }: never) => file_name)).toEqual(["red.png", "other.png"]);
});

test("a legend is result.overlay's own, over a picture that comes only once", async () => {
  const output = await newFolder();
  const args = ["segment", "-", "-m", model, "-o", output, "--legend", "--alpha", "0.3", "--classes", "red"];
  expect((await runCli(args, { input: await readFile(picture) })).code).toBe(0);
  await using loaded = await AutoModel.fromPretrained(model);
  const result = await loaded.infer(picture);
  const own = await result.overlay({ image: picture, legend: true, alpha: 0.3, classes: ["red"] });
  const { data } = await sharp(path.join(output, "stdin.overlay.png"))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(Buffer.compare(data, Buffer.from(own.data))).toBe(0);
  const plain = await result.overlay({ image: picture, alpha: 0.3, classes: ["red"] });
  expect(Buffer.compare(data, Buffer.from(plain.data))).not.toBe(0);
});
