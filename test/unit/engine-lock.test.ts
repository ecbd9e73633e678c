// The lock under which one of all processes and threads builds an engine while the others wait.

import { mkdir, utimes } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { findOrMake } from "../../dist/compile/exclusive.js";
import { runCode } from "../support/child.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);

const dist = path.join(import.meta.dirname, "..", "..", "dist");

describe("work that one does at a time", () => {
  test("is done once, and the others find it", async () => {
    const name = path.join(await newFolder(), "deep", "thing");
    let made = 0;
    let there: string | undefined;
    const ask = () =>
      findOrMake(name, {
        find: async () => there,
        make: async () => {
          made++;
          await new Promise((resolve) => setTimeout(resolve, 300));
          there = "made";
          return there;
        },
        signal: undefined,
      });
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(["made", "made", "made"]);
    expect(made).toBe(1);
  });

  test("is tried by the next one where it fails", async () => {
    const name = path.join(await newFolder(), "thing");
    const failing = findOrMake<string>(name, {
      find: async () => undefined,
      make: () => Promise.reject(new Error("no luck")),
      signal: undefined,
    });
    await expect(failing).rejects.toThrow("no luck");
    const make = async () => "luck";
    await expect(findOrMake(name, { find: async () => undefined, make, signal: undefined })).resolves.toBe(
      "luck",
    );
  });

  test("is waited for no longer than the signal says", async () => {
    const name = path.join(await newFolder(), "thing");
    const find = async () => undefined;
    let end = () => {};
    const make = vi.fn(
      () =>
        new Promise<string>((resolve) => {
          end = () => resolve("late");
        }),
    );
    const first = findOrMake(name, { find, make, signal: undefined });
    await vi.waitFor(() => expect(make).toHaveBeenCalled());
    const second = findOrMake(name, { find, make, signal: AbortSignal.timeout(100) });
    await expect(second).rejects.toMatchObject({ name: "TimeoutError" });
    end();
    await expect(first).resolves.toBe("late");
  });

  test("is begun anew where the lock's owner did not renew it, and nobody's work is lost", async () => {
    const name = path.join(await newFolder(), "thing");
    let end = () => {};
    const make = vi.fn(
      () =>
        new Promise<string>((resolve) => {
          end = () => resolve("the first one's");
        }),
    );
    const first = findOrMake(name, { find: async () => undefined, make, signal: undefined });
    await vi.waitFor(() => expect(make).toHaveBeenCalled());
    // As if its event loop had been blocked, or the machine asleep.
    const longAgo = new Date(Date.now() - 20_000);
    await utimes(`${name}.lock`, longAgo, longAgo);
    const other = { find: async () => undefined, make: async () => "the other's", signal: undefined };
    await expect(findOrMake(name, other)).resolves.toBe("the other's");
    end();
    await expect(first).resolves.toBe("the first one's");
  });

  test("keeps no program alive that does not wait for it", async () => {
    const name = path.join(await newFolder(), "thing");
    await mkdir(`${name}.lock`); // another process is at it
    const start = performance.now();
    const { code, stdout } = await runCode(`
      const { findOrMake } = require(${JSON.stringify(path.join(dist, "compile/exclusive.js"))});
      const find = async () => { console.log("asked"); };
      const make = () => { throw new Error("it is locked"); };
      findOrMake(${JSON.stringify(name)}, { find, make, signal: undefined, keepAlive: false });`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "asked\n" });
    expect(performance.now() - start).toBeLessThan(10_000); // a lock that nobody renews ends after 15 s
  });
});

test("importing deeplab-rt listens to no signal", async () => {
  const { stdout } = await runCode(`
    require(${JSON.stringify(path.join(dist, "index.js"))});
    const names = [...Object.keys(require("node:os").constants.signals), "exit", "beforeExit"];
    console.log(JSON.stringify(names.filter((name) => process.listenerCount(name) > 0)));`);
  expect(stdout).toBe("[]\n");
});
