// What ends a command from outside, in the parts that it is made of.

import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { Interruption } from "../../dist/cli/interruption.js";
import { readStdin } from "../../dist/cli/segment/stdin.js";

test("of several orders to end the first counts: Ctrl+C, and then a reader that leaves", () => {
  const interruption = new Interruption();
  expect([interruption.code, interruption.signal.aborted]).toEqual([undefined, false]);
  interruption.stop(130, "interrupted");
  interruption.stop(0, "nobody reads the output");
  expect(interruption.code).toBe(130);
  expect(interruption.signal.reason).toMatchObject({ message: "interrupted" });
});

test("many may wait for the order: a call each of --concurrency", async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on("warning", onWarning);
  const { signal } = new Interruption();
  for (let i = 0; i < 256; i++) signal.addEventListener("abort", () => {});
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
});

describe("the picture that is piped in", () => {
  test("is not waited for when the command has to stop, and nothing more of it is read", async () => {
    const stdin = new PassThrough();
    const controller = new AbortController();
    stdin.write("the beginning of a picture");
    const reading = readStdin(stdin, controller.signal);
    controller.abort(new Error("interrupted"));
    await expect(reading).rejects.toThrow("interrupted");
    expect(stdin.destroyed).toBe(true);
  });

  test("is not kept without bound", async () => {
    const chunk = Buffer.alloc(2 ** 24); // the same one again and again: only its length counts
    let chunks = 0;
    const endless = Readable.from(
      (function* () {
        while (++chunks < 2 ** 6 + 20) yield chunk; // 1 GiB, and what a stream reads ahead
        throw new Error("all of it was read");
      })(),
    );
    await expect(readStdin(endless, new AbortController().signal)).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
    });
    expect(endless.destroyed).toBe(true);
  });
});
