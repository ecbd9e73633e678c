// What a list tries again after a failure, so that each image fails for itself.

import { describe, expect, test } from "vitest";
import { noUrls } from "../../dist/image/url-rules.js";
import { loadEach, runEach, takeEach } from "../../dist/infer-each.js";

const failure = (code: string, detail: object = {}) => Object.assign(new Error(code), { code, detail });

/** Runs images whose places are not in `bad`; remembers what was run together. */
function runner(fail: (places: readonly number[]) => Error | undefined) {
  const runs: (readonly number[])[] = [];
  const run = async (places: readonly number[]) => {
    runs.push(places);
    const error = fail(places);
    if (error !== undefined) throw error;
    return places.map((place) => `image ${place}`);
  };
  return { runs, run };
}

describe("a list whose images fail each for itself", () => {
  test("is one run where nothing fails", async () => {
    const { runs, run } = runner(() => undefined);
    expect(await runEach([0, 2, 3], run)).toEqual([
      { done: "image 0" },
      undefined, // it never got so far
      { done: "image 2" },
      { done: "image 3" },
    ]);
    expect(runs).toEqual([[0, 2, 3]]);
  });

  test("leaves out the image that an error names by its place among those that ran", async () => {
    const bad = [3, 5];
    const { runs, run } = runner((places) => {
      const at = places.findIndex((place) => bad.includes(place));
      return at < 0 ? undefined : failure("IMAGE_EMPTY_CROP", { index: String(at) });
    });
    const outcomes = await runEach([1, 3, 4, 5], run);
    expect(outcomes[1]).toEqual({ done: "image 1" });
    expect(outcomes[4]).toEqual({ done: "image 4" });
    for (const index of bad) {
      expect(outcomes[index]).toMatchObject({ index, error: { code: "IMAGE_EMPTY_CROP" } });
    }
    expect(runs).toEqual([
      [1, 3, 4, 5],
      [1, 4, 5],
      [1, 4],
    ]);
  });

  test.each(["BACKEND_FAILED", "OUT_OF_MEMORY", "DEVICE_OUT_OF_MEMORY"])(
    "runs each alone after %s, which names none",
    async (code) => {
      const { runs, run } = runner((places) => (places.includes(1) ? failure(code) : undefined));
      expect(await runEach([0, 1, 2], run)).toMatchObject([
        { done: "image 0" },
        { index: 1, error: { code } },
        { done: "image 2" },
      ]);
      expect(runs).toEqual([[0, 1, 2], [0], [1], [2]]);
    },
  );

  test.each(["CLOSED", "DEADLINE_EXCEEDED", "ABORTED", "DEVICE_LOST", "INTERNAL"])(
    "fails as a whole with %s, which is no image's",
    async (code) => {
      const { runs, run } = runner(() => failure(code));
      await expect(runEach([0, 1], run)).rejects.toMatchObject({ code });
      expect(runs).toHaveLength(1);
    },
  );

  test("fails as a whole with an error that names an image it has not", async () => {
    const { run } = runner(() => failure("IMAGE_INVALID", { index: "7" }));
    await expect(runEach([0, 1], run)).rejects.toMatchObject({ code: "IMAGE_INVALID" });
  });

  test("stops loading when the call is no longer wanted, whatever images are there", async () => {
    const raw = { data: new Uint8Array(3), width: 1, height: 1 };
    const rules = { urls: noUrls, limitInputPixels: 100_000_000 };
    const taken = takeEach({ sources: [raw, 3 as never, raw], isList: true }, { copyInput: false, rules });
    expect(taken.map((one) => "done" in one)).toEqual([true, false, true]);
    const reason = new Error("no more");
    const [unwanted, wanted] = [AbortSignal.abort(reason), new AbortController().signal];
    await expect(loadEach(taken, { rules, stop: unwanted })).rejects.toBe(reason);
    const loaded = await loadEach(taken, { rules, stop: wanted });
    expect(loaded.map((one) => "done" in one)).toEqual([true, false, true]);
  });
});
