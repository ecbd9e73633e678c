// deeplab-rt segment: outputs that come after others, and inputs that are outputs.

import { copyFile, mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { filesIn, modelAndPicture, runCli } from "../support/cli.js";
import { newFolder } from "../support/tiny-package.js";

const { model, picture } = await modelAndPicture();

test("what killed runs left half written goes after a day, wherever this one writes", async () => {
  const [folder, output] = [await newFolder(), await newFolder()];
  for (const inside of ["x", "y"]) {
    for (const at of [folder, output]) await mkdir(path.join(at, inside));
    await copyFile(picture, path.join(folder, inside, "1.png"));
  }
  await writeFile(path.join(output, "y", "1.overlay.png"), "done before");
  const before = new Date(Date.now() - 25 * 60 * 60_000);
  for (const name of [".deeplab-rt-1-1.tmp", "x/.deeplab-rt-1-1.tmp", "y/.deeplab-rt-1-1.tmp"]) {
    await writeFile(path.join(output, name), "half");
    await utimes(path.join(output, name), before, before);
  }
  const args = ["segment", folder, "-r", "-m", model, "-o", output, "--skip-existing", "-q"];
  expect(await runCli(args)).toMatchObject({ code: 0, err: "" });
  expect(await filesIn(output)).toEqual(["x/1.overlay.png", "y/.deeplab-rt-1-1.tmp", "y/1.overlay.png"]);
});

test("COCO's file calls every picture as it is called, and gives each its own masks", async () => {
  const folder = await newFolder();
  const green = { width: 12, height: 8, channels: 3, background: { r: 0, g: 255, b: 0 } } as const;
  const time = "2026-11-24 12:30:05.png";
  for (const name of ["a.png", "x.png", time]) await copyFile(picture, path.join(folder, name));
  for (const name of ["a.png.png", "x.rle.png"])
    await sharp({ create: green }).toFile(path.join(folder, name));
  const expected = [
    [time, 10, "red"],
    ["a.png", 10, "red"],
    ["a.png.png", 8, "green"],
    ["x.png", 10, "red"],
    ["x.rle.png", 8, "green"],
  ];
  for (const formats of ["coco", "json,rle,coco"]) {
    const output = await newFolder();
    const run = (...more: string[]) =>
      runCli(["segment", folder, "-m", model, "-o", output, "-f", formats, ...more]);
    const found = async () => {
      const { images, annotations, categories } = JSON.parse(
        await readFile(path.join(output, "coco.json"), "utf8"),
      );
      return images.map(({ id, file_name, height }: never) => {
        const [own] = annotations.filter(({ image_id }: never) => image_id === id);
        return [file_name, height, categories.find(({ id }: never) => id === own?.category_id)?.name];
      });
    };
    expect((await run()).code).toBe(0);
    expect(await found()).toEqual(expected);
    // Continued by the same names: there is nothing to do.
    expect((await run("--skip-existing", "-m", "/no/such/package")).code).toBe(0);
    await copyFile(picture, path.join(folder, "z.png"));
    expect((await run("--skip-existing")).err).toMatch(/^1 done in .*; 5 left as they were/m);
    await rm(path.join(folder, "z.png"));
    expect(await found()).toEqual([...expected, ["z.png", 10, "red"]]);
  }
});
