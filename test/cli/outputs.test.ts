// deeplab-rt segment: outputs that come after others, and inputs that are outputs.

import { copyFile, mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
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

describe("outputs of an earlier run are no inputs", () => {
  /** A folder with these pictures, and segment run in it. */
  async function place(...names: string[]) {
    const cwd = await newFolder();
    for (const name of names) {
      await mkdir(path.dirname(path.join(cwd, name)), { recursive: true });
      await copyFile(picture, path.join(cwd, name));
    }
    const run = (...args: string[]) => runCli(["segment", ...args, "-m", model], { cwd });
    return { run, files: () => filesIn(cwd) };
  }

  test.each([
    ["a pattern", ["*.*"]],
    ["a pattern of folders, into these", ["**/*.png", "-o", "."]],
    ["files as a shell names them", ["a.png", "b.png", "FOUND"]],
  ])("of %s", async (_, given) => {
    const { run, files } = await place("a.png", "b.png");
    const own = ["a.color.png", "a.overlay.png", "a.png", "b.color.png", "b.overlay.png", "b.png"];
    const again = async (...more: string[]) => {
      const found = await files();
      const args = given.flatMap((arg) => (arg === "FOUND" ? found : [arg]));
      return run(...args, "--skip-existing", ...more);
    };
    expect((await again()).code).toBe(0);
    const { code, err } = await again("-f", "color");
    expect([code, await files()]).toEqual([0, own]);
    expect(err).toMatch(/^2 files left out: by their names they are outputs of deeplab-rt\.\n/);
    for (const formats of ["overlay", "color,overlay"]) {
      const { code, out, err } = await again("-f", formats, "--json");
      expect([code, JSON.parse(out).length, await files()]).toEqual([0, 2, own]);
      expect(err).toMatch(/^4 files left out/);
    }
  });

  test("also in folders of --output, and where they are outputs of one that is one", async () => {
    const { run, files } = await place("photos/x/1.png", "photos/x/1.overlay.png");
    expect((await run("photos/**/*.png", "-o", "photos")).code).toBe(2); // it would be replaced
    expect((await run("photos/**/*.png", "-o", "photos", "--skip-existing")).code).toBe(0);
    expect(await files()).toEqual(["photos/x/1.overlay.png", "photos/x/1.png"]);
    const all = ["2.png", "2.overlay.png", "2.overlay.mask.png"];
    const shell = await place(...all);
    expect((await shell.run(...all, "--skip-existing")).err).toMatch(/^2 files left out/);
    expect(await shell.files()).toEqual([...all].sort());
  });

  test("but those named themselves that are nobody's are", async () => {
    const { run, files } = await place("a.overlay.png", "x/b.mask.png", "x/b.png");
    expect((await run("a.overlay.png", "x/b.mask.png", "x/b.png")).code).toBe(0);
    expect(await files()).toContain("a.overlay.overlay.png");
    expect(await files()).toContain("b.mask.overlay.png");
    const { code, err } = await run("*.overlay.png");
    expect([code, err]).toEqual([2, expect.stringMatching(/No picture[^\n]*\n[^\n]*called like outputs/)]);
  });

  test("2: an input is not replaced by another's output, whatever --overwrite says", async () => {
    const { run, files } = await place("a.png", "a.mask.png");
    const args = ["a.png", "a.mask.png", "-f", "mask", "--overwrite"];
    const { code, err } = await run(...args);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("a.mask.png is an input, and the mask of a.png would replace it."),
    ]);
    expect((await run(...args, "-o", "out")).code).toBe(0);
    expect((await run("a.png", "a.mask.png", "-f", "color", "--overwrite")).code).toBe(0);
    const out = ["out/a.mask.mask.png", "out/a.mask.png"];
    expect(await files()).toEqual(["a.color.png", "a.mask.png", "a.png", ...out]);
  });
});

test("3: a model that cannot be loaded is no empty list of results", async () => {
  const args = ["segment", picture, "-m", "/no/such/package", "-o", await newFolder(), "--json"];
  expect(await runCli(args)).toMatchObject({ code: 3, out: "", err: expect.stringContaining("PACKAGE_") });
});
