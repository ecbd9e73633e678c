// Names of files and classes, which come from anybody: on a terminal, in JSON, and chosen by --classes.

import { copyFile, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { filesIn, modelAndPicture, runCli } from "../support/cli.js";
import { newFolder, tinyPackage } from "../support/tiny-package.js";

const { picture } = await modelAndPicture();

// Moves the cursor, begins a line, and turns the direction of writing.
const nasty = "a\u001b[2J\nb done in 0:00\u202e\u009b";
const shown = "a\\u001b[2J\\u000ab done in 0:00\\u202e\\u009b";

test("no name reaches a terminal as more than text; JSON has it as it is", async () => {
  const model = await tinyPackage({ classNames: "background\nred\u001b[31m\u202e\ngreen\u009b\n" });
  const folder = await newFolder();
  for (const name of [`${nasty}.png`, "2.png", "3.png", "4.png", "5.png"])
    await copyFile(picture, path.join(folder, name));
  const bad = path.join(folder, `${nasty}.not.png`);
  const raw = (text: string) => [...text.matchAll(/[\p{Cc}\u202e]/gu)].map(String).filter((c) => c !== "\n");
  const files = [path.join(folder, `${nasty}.png`), path.join(folder, "2.png")];
  for (const inputs of [[...files, bad], [folder, bad], [bad]]) {
    const output = await newFolder();
    const args = ["segment", ...inputs, "-m", model, "-o", output];
    const { out, err } = await runCli(args);
    expect(raw(out + err)).toEqual([]);
    expect(err).toContain(`${shown}.not.png: [IMAGE_NOT_FOUND]`);
    // Every place that names the input is on its line.
    expect(out + err).not.toMatch(/^b done in/m);
    if (inputs.length > 1) {
      expect(out).toContain(`${shown}.png  12×10`);
      expect(out).toContain("red\\u001b[31m\\u202e");
      expect(err).toContain(`${shown}.not.png  IMAGE_NOT_FOUND`);
    }
    const again = await runCli([...args, "--skip-existing"]);
    expect(raw(again.out + again.err)).toEqual([]);
    expect((await runCli(args)).err).not.toMatch(/^b done in/m); // they would be replaced
  }
  const json = await runCli(["segment", ...files, "-m", model, "-o", await newFolder(), "--json"]);
  expect(raw(json.out)).toEqual([]);
  const [first] = JSON.parse(json.out);
  expect([first.image, first.classes[1].name]).toEqual([files[0], "red\u001b[31m\u202e"]);
  for (const command of [
    ["info", model],
    ["explain", files[0] ?? "", "1", "1", "-m", model],
    ["types", model],
  ]) {
    const { code, out, err } = await runCli(command);
    expect([code, raw(out + err)]).toEqual([0, []]);
  }
});

test("a class with a comma in its name is chosen with a backslash, in every format", async () => {
  const model = await tinyPackage({ classNames: "background\nred, deep\\er\ngreen\n" });
  const output = await newFolder();
  const formats = ["-f", "rle,coco,overlay,color", "--alpha", "1"];
  const run = (classes: string, ...more: string[]) =>
    runCli(["segment", picture, "-m", model, "-o", output, ...formats, "--classes", classes, ...more]);
  const found = async () => {
    const rle = JSON.parse(await readFile(path.join(output, "red.rle.json"), "utf8"));
    const coco = JSON.parse(await readFile(path.join(output, "coco.json"), "utf8"));
    const names = (list: { name: string }[]) => list.map(({ name }) => name);
    return [names(rle.classes), coco.annotations.length];
  };
  expect((await run("red\\, deep\\\\er, green")).code).toBe(0);
  expect(await found()).toEqual([["red, deep\\er"], 1]);
  expect(await filesIn(output)).toHaveLength(4);
  expect((await run("green", "--overwrite")).code).toBe(0);
  expect(await found()).toEqual([[], 0]);
  const { code, err } = await run("red, deep\\\\er", "--overwrite");
  expect([code, err]).toEqual([2, expect.stringContaining("(background, red\\, deep\\\\er, green)")]);
});
