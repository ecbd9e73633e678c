// Files that are there whole or not at all, and what processes that were killed leave of them.

import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { LinesWriter } from "../../dist/cli/video/lines-writer.js";
import { naming, removeLeftovers, temporaryName, writeWhole } from "../../dist/cli/write-file.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);

test("what another process of our id left is in nobody's way, and stays", async () => {
  const folder = await newFolder();
  // As they were once called: in a container every process has the same id.
  const leftovers = Array.from({ length: 20 }, (_, i) => `.deeplab-rt-${process.pid}-${i + 1}.tmp`);
  for (const name of leftovers) await writeFile(path.join(folder, name), "of somebody else");
  for (const name of ["1", "2", "3"]) await writeWhole(path.join(folder, name), name);
  expect((await readdir(folder)).sort()).toEqual([...leftovers, "1", "2", "3"].sort());
  expect(await readFile(path.join(folder, "3"), "utf8")).toBe("3");
  for (const name of leftovers)
    expect(await readFile(path.join(folder, name), "utf8")).toBe("of somebody else");
});

test("temporary names are hidden, beside the file, and random", () => {
  const names = Array.from({ length: 3 }, () => temporaryName("/a/b/x.png"));
  const random = /^\/a\/b\/\.deeplab-rt-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/;
  for (const name of names) expect(name).toMatch(random);
  expect(new Set(names).size).toBe(3);
});

test("leftovers are removed a day later, and nothing else is", async () => {
  const folder = await newFolder();
  const [old, older] = [temporaryName(path.join(folder, "x")), path.join(folder, ".deeplab-rt-7-1.tmp")];
  const others = [temporaryName(path.join(folder, "x")), path.join(folder, "x.tmp")];
  const strange = path.join(folder, ".deeplab-rt-mine.tmp");
  for (const file of [old, older, ...others, strange]) await writeFile(file, "half");
  const inFolder = path.join(folder, ".deeplab-rt-8-1.tmp");
  await mkdir(inFolder);
  const before = new Date(Date.now() - 25 * 60 * 60_000);
  for (const file of [old, older, others[1] ?? "", strange, inFolder]) await utimes(file, before, before);
  await removeLeftovers(folder);
  const left = [...others, strange, inFolder].map((file) => path.basename(file));
  expect((await readdir(folder)).sort()).toEqual(left.sort());
  await removeLeftovers(path.join(folder, "not there"));
});

test("what cannot be written is named as the user knows it, also where the system names nothing", async () => {
  const folder = await newFolder();
  const file = path.join(folder, "x.json");
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  expect(naming(full, path.join(folder, "y.tmp"), file)).toBe(full);
  expect(full.message).toBe(`ENOSPC: no space left on device, write '${file}'`);
  await mkdir(file);
  const named = (error: Error) => error.message.includes(`'${file}'`) && !error.message.includes(".tmp");
  await expect(writeWhole(file, "x")).rejects.toSatisfy(named);
  const lines = new LinesWriter(file);
  await lines.write({});
  await expect(lines.finish()).rejects.toSatisfy(named);
  await lines.discard();
  await expect(new LinesWriter(path.join(file, "not", "there")).write({})).rejects.toThrow(
    /ENOENT.*not\/there'$/,
  );
  expect(await readdir(folder)).toEqual(["x.json"]);
});

test("a line that finds no room names its file", async () => {
  const folder = await newFolder();
  const code = `
    const { LinesWriter } = require("./dist/cli/video/lines-writer.js");
    const lines = new LinesWriter(process.argv[1]);
    lines.write("x".repeat(20000)).catch((error) => console.log(error.message)).then(() => lines.discard());`;
  const file = path.join(folder, "x.jsonl");
  const command = 'ulimit -f 16; exec "$0" -e "$1" "$2"';
  const { stdout } = spawnSync("sh", ["-c", command, process.execPath, code, file], {
    cwd: path.resolve(import.meta.dirname, "../.."),
    encoding: "utf8",
  });
  expect(stdout).toBe(`EFBIG: file too large, write '${file}'\n`);
  expect(await readdir(folder)).toEqual([]);
});
