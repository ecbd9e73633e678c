// How commands end when the world does not play along: signals, readers that leave, disks that are full.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copiesOf, filesIn, finished, redPicture, runCli, startCli } from "../support/cli.js";
import { newFolder, removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

let model: string;
let picture: string;
let many: string;
beforeAll(async () => {
  model = await tinyPackage();
  picture = await redPicture();
  many = await copiesOf(picture, 400);
});

/** Every file is a picture of all its pixels. */
async function expectWhole(output: string): Promise<string[]> {
  const names = await readdir(output);
  for (const name of names) {
    expect(name).toMatch(/^\d+\.overlay\.png$/);
    expect((await sharp(path.join(output, name)).ensureAlpha().raw().toBuffer()).length).toBe(12 * 10 * 4);
  }
  return names;
}

describe("a signal", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s ends with %i, what was begun being whole or not there", async (signal, expected) => {
    const output = await newFolder();
    const child = startCli(["segment", many, "-m", model, "-o", output]);
    child.stdout?.once("data", () => child.kill(signal));
    const { code, err } = await finished(child);
    expect(code).toBe(expected);
    // No picture failed by it.
    expect(err).toMatch(/^\d+ done in 0:\d\d, [\d.]+ images\/s\.\n$/);
    expect((await expectWhole(output)).length).toBeLessThan(400);
  });

  test("saves what COCO's file has by then, reports it, and the next run goes on from there", async () => {
    const output = await newFolder();
    const args = ["segment", many, "-m", model, "-o", output, "-f", "coco", "--json"];
    const child = startCli(args);
    child.stderr?.once("data", () => child.kill("SIGINT"));
    const { code, out } = await finished(child);
    expect(code).toBe(130);
    const names = async () => {
      const { images } = JSON.parse(await readFile(path.join(output, "coco.json"), "utf8"));
      return (images as { file_name: string }[]).map(({ file_name }) => file_name);
    };
    const saved = await names();
    expect(saved.length).toBeLessThan(400);
    const reported = (JSON.parse(out) as { image: string }[]).map(({ image }) => path.basename(image));
    expect(reported.length).toBeGreaterThan(0);
    expect(saved).toEqual(expect.arrayContaining(reported));
    expect((await runCli([...args, "--skip-existing"])).code).toBe(0);
    const all = await names();
    expect(all.slice(0, saved.length)).toEqual(saved);
    expect([all.length, new Set(all).size]).toEqual([400, 400]);
  });
});

describe("a reader that leaves", () => {
  test("ends the work: nobody wants the rest", async () => {
    const output = await newFolder();
    const child = startCli(["segment", many, "-m", model, "-o", output]);
    child.stdout?.destroy(); // long before the first line
    const { code, err } = await finished(child);
    expect(code).toBe(0);
    expect(err).toMatch(/^\d+ done in [^\n]*\n$/);
    // Those that were under way when the first line found nobody.
    expect((await expectWhole(output)).length).toBeLessThan(50);
  });

  test("of complaints does not: bad pictures are passed over, and the exit code says so", async () => {
    const [folder, output] = [await copiesOf(picture, 12), await newFolder()];
    await writeFile(path.join(folder, "5.png"), "no picture");
    const child = startCli(["segment", folder, "-m", model, "-o", output]);
    child.stderr?.destroy();
    const { code, out } = await finished(child);
    expect([code, out.trim().split("\n").length]).toEqual([1, 11]);
    expect(await expectWhole(output)).toHaveLength(11);
  });
});

describe.skipIf(process.platform !== "linux")("a full disk", () => {
  test.each([["segment", "PICTURE", "-o", "OUTPUT", "-m"], ["info"], ["types"]])(
    "under the output of %s is 1, and is said once",
    async (...words) => {
      const given: Record<string, string> = { PICTURE: picture, OUTPUT: await newFolder() };
      const args = words.map((word) => given[word] ?? word);
      const full = openSync("/dev/full", "w");
      const child = startCli([...args, model], { stdout: full });
      const { code, err } = await finished(child);
      expect(code).toBe(1);
      expect(err).toMatch(/^deeplab-rt: the output cannot be written: ENOSPC: [^\n]*\n$/);
    },
  );

  /** As on a disk that has room for 8 KiB more, file by file. */
  const withLittleRoom = (args: readonly string[]) => finished(startCli(args, { shell: "ulimit -f 16" })); // blocks of 512 bytes

  /** A PNG that no filter makes small: larger than its pixels. */
  async function noise(file: string): Promise<void> {
    const data = Buffer.from(Array.from({ length: 90_000 }, (_, i) => (i * 2654435761) >>> 13));
    await sharp(data, { raw: { width: 200, height: 150, channels: 3 } })
      .png()
      .toFile(file);
  }

  test("under outputs: pictures that do not fit fail one by one, what was there stays, nothing else does", async () => {
    const [folder, output] = [await newFolder(), await newFolder()];
    await noise(path.join(folder, "1.png"));
    await noise(path.join(folder, "2.png"));
    await sharp(picture).toFile(path.join(folder, "3.png"));
    await writeFile(path.join(output, "1.overlay.png"), "mine");
    const args = ["segment", folder, "-m", model, "-o", output, "--overwrite"];
    const { code, out, err } = await withLittleRoom(args);
    expect(code).toBe(1);
    expect(out).toContain("3.png  12×10");
    expect(err).toMatch(/1\.png: EFBIG: [^\n]* '[^\n]*1\.overlay\.png'\n/);
    expect(err).toMatch(/Failed \(2 of 3\):\n {2}\S+1\.png {2}EFBIG\n {2}\S+2\.png {2}EFBIG\n$/);
    expect(await filesIn(output)).toEqual(["1.overlay.png", "3.overlay.png"]);
    expect(await readFile(path.join(output, "1.overlay.png"), "utf8")).toBe("mine");
  });

  test("under COCO's file: what was there stays, and what was done is reported all the same", async () => {
    const output = await newFolder();
    const file = path.join(output, "coco.json");
    const args = ["segment", many, "-m", model, "-o", output, "-f", "coco,mask", "--json"];
    const { code, out, err } = await withLittleRoom(args);
    expect(code).toBe(1);
    // First when half of it is done, which ends nothing, and at last.
    const failed = `EFBIG: file too large, write '${file}'\n`;
    expect(err).toContain(`coco.json cannot be written as yet; it is tried again: ${failed}`);
    expect(err).toContain(`\n${file}: ${failed}`);
    expect(err).toMatch(
      /\n400 done in [^\n]*; 1 failed\.\nFailed \(1 of 400\):\n \S* \S+coco\.json {2}EFBIG\n$/,
    );
    expect(JSON.parse(out)).toHaveLength(400);
    const masks = (await filesIn(output)).filter((name) => name.endsWith(".mask.png"));
    expect([masks.length, await filesIn(output)]).toEqual([400, masks]);
    await writeFile(file, "mine");
    expect((await withLittleRoom([...args, "--overwrite"])).code).toBe(1);
    expect(await readFile(file, "utf8")).toBe("mine");
  });
});

test("a second signal kills: it finds nobody who listens", async () => {
  const code = `
    const { Interruption, watchProcess } = require("./dist/cli/interruption.js");
    const interruption = new Interruption();
    interruption.signal.onabort = () => console.log("stopping");
    watchProcess(interruption, console.error);
    setInterval(() => {}, 1000); // what does not end
    console.log("listening");`;
  const child = spawn(process.execPath, ["-e", code], { cwd: path.resolve(import.meta.dirname, "../..") });
  for (const said of ["listening\n", "stopping\n"]) {
    const [chunk] = await once(child.stdout, "data");
    expect(String(chunk)).toBe(said);
    child.kill("SIGINT");
  }
  expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
});
