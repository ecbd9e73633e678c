// Making entries of the cache: by several processes at once, by some that are killed, on disks that refuse.

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { makeEntry } from "../../dist/packages/make-entry.js";
import { runCode } from "../support/child.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);

const module_ = path.resolve(import.meta.dirname, "../../dist/packages/make-entry.js");
const exists = async (file: string) => existsSync(file);

let folder = "";
let file = "";
beforeEach(async () => {
  folder = path.join(await newFolder(), "deep", "cache");
  file = path.join(folder, "entry");
});

/** Code of a process that makes the entry, taking a moment, and leaves a line for it in `log`. */
const maker = (log: string) => `
  const fs = require("node:fs");
  const { makeEntry } = require(${JSON.stringify(module_)});
  makeEntry(${JSON.stringify(file)}, {
    patience: 30000,
    isThere: async () => fs.existsSync(${JSON.stringify(file)}),
    write: async (temporary) => {
      fs.appendFileSync(${JSON.stringify(log)}, "made\\n");
      fs.writeFileSync(temporary, "half");
      await new Promise((resolve) => setTimeout(resolve, 300));
      fs.appendFileSync(temporary, " and half");
    },
  }).then(() => console.log(fs.readFileSync(${JSON.stringify(file)}, "utf8")));
`;

/** Starts a maker that writes half of the entry and is killed then. */
async function killedMaker(): Promise<void> {
  const code = `
    const fs = require("node:fs");
    require(${JSON.stringify(module_)}).makeEntry(${JSON.stringify(file)}, {
      patience: 0,
      isThere: async () => false,
      write: async (temporary) => {
        fs.writeFileSync(temporary, "half");
        console.log("writing");
        await new Promise((resolve) => setTimeout(resolve, 60000));
      },
    });`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await ended;
}

const whole = (text: string) => ({
  patience: 100,
  isThere: () => exists(file),
  write: (temporary: string) => writeFile(temporary, text),
});

describe("an entry", () => {
  test("is made once, folders and all", async () => {
    await makeEntry(file, whole("first"));
    await makeEntry(file, whole("second"));
    expect(await readFile(file, "utf8")).toBe("first");
    expect(readdirSync(folder)).toEqual(["entry"]);
  });

  test("is replaced where it is there and not good", async () => {
    await makeEntry(file, whole("damaged"));
    await makeEntry(file, { ...whole("good"), isThere: async () => false });
    expect(await readFile(file, "utf8")).toBe("good");
  });

  test("four processes at once make one, and all see it whole", async () => {
    const log = path.join(await newFolder(), "log");
    const ends = await Promise.all(Array.from({ length: 4 }, () => runCode(maker(log))));
    expect(ends.map(({ stdout }) => stdout)).toEqual(Array(4).fill("half and half\n"));
    expect(readFileSync(log, "utf8")).toBe("made\n");
    expect(readdirSync(folder)).toEqual(["entry"]);
  });

  test("whose maker was killed is made by the next one, who does not wait longer than it must", async () => {
    await killedMaker();
    expect(existsSync(file)).toBe(false);
    const before = performance.now();
    await makeEntry(file, whole("good"));
    expect(performance.now() - before).toBeLessThan(5000);
    expect(await readFile(file, "utf8")).toBe("good");
  });

  test("the lock and the half file of a killed maker go, once nobody has renewed the lock for long", async () => {
    await killedMaker();
    const left = readdirSync(folder).toSorted();
    expect(left).toEqual([expect.stringMatching(/^entry\..*\.tmp$/), "entry.lock"]);
    const longAgo = Date.now() / 1000 - 60;
    utimesSync(`${file}.lock`, longAgo, longAgo);
    await makeEntry(file, whole("good"));
    expect(readdirSync(folder)).toEqual(["entry"]);
  });

  test("that cannot be written leaves nothing behind and says why", async () => {
    const failing = {
      ...whole(""),
      write: async () => {
        throw new Error("the disk is full");
      },
    };
    await expect(makeEntry(file, failing)).rejects.toThrow("the disk is full");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("in a place that is no folder is an error", async () => {
    const notAFolder = path.join(await newFolder(), "file");
    await writeFile(notAFolder, "");
    await expect(makeEntry(path.join(notAFolder, "entry"), whole(""))).rejects.toMatchObject({
      code: expect.stringMatching(/ENOTDIR|EEXIST/),
    });
  });
});
