// Lists with onError: "result": an image that fails has its error in its place, and the others are answered.

import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { AutoModel, DeepLabError, type InferFailure, SemanticSegmentationResult } from "deeplab-rt";
import { describe, expect, test } from "vitest";
import { loadTinyModel } from "../support/tiny-model.js";
import {
  newFolder,
  rgbImage,
  stripeMap,
  stripes,
  tinyConfig,
  tinyOnnx,
  tinyPackage,
} from "../support/tiny-package.js";

const { model } = await loadTinyModel();

type Answer = Pick<SemanticSegmentationResult, "error" | "width" | "height"> | InferFailure;

/** The codes of failures, and the sizes of results. */
function summary(answers: readonly Answer[]) {
  return answers.map((answer) =>
    answer.error === undefined ? `${answer.width}×${answer.height}` : `${answer.index} ${answer.error.code}`,
  );
}

describe('a list with onError: "result"', () => {
  test("answers the others beside images that cannot be read, decoded or taken", async () => {
    const folder = await newFolder();
    const text = path.join(folder, "text.jpg");
    await writeFile(text, "no picture at all");
    const short = { data: new Uint8Array(5), width: 2, height: 1 };
    const images = [
      short,
      stripes(),
      text,
      "/no/such/file.png",
      rgbImage(3, 5, () => [255, 0, 0]),
      7 as never,
    ];
    const answers = await model.infer(images, { onError: "result" });
    expect(summary(answers)).toEqual([
      "0 IMAGE_INVALID",
      "8×8",
      "2 IMAGE_UNSUPPORTED",
      "3 IMAGE_NOT_FOUND",
      "3×5",
      "5 IMAGE_INVALID",
    ]);
    expect([...(answers[1] as SemanticSegmentationResult).segmentationMap]).toEqual(stripeMap);
    expect(answers[1]).toBeInstanceOf(SemanticSegmentationResult);
    expect(Object.keys(answers[1] as object)).not.toContain("error");
    const { error } = answers[3] as InferFailure;
    expect(error).toBeInstanceOf(DeepLabError);
    expect(error.detail).toMatchObject({ index: 3 });
    expect(error.message).toMatch(/^Image 3 of the list: /);
    expect(error.hint).not.toBe("");
    expect(error.stack).toContain("list-failures.test.ts");
  });

  test("of which none can be read is a list of failures, and an empty list an error", async () => {
    expect(summary(await model.infer(["/a.png", "/b.png"], { onError: "result" }))).toEqual([
      "0 IMAGE_NOT_FOUND",
      "1 IMAGE_NOT_FOUND",
    ]);
    await expect(model.infer([], { onError: "result" })).rejects.toMatchObject({ code: "EMPTY_BATCH" });
  });

  test("writes into out, and an out that is too small is that image's failure", async () => {
    const out = [64, 63, 64, 64].map((size) => ({ segmentationMap: new Uint8Array(size) }));
    const images = ["/none.png", stripes(), stripes(), rgbImage(8, 8, () => [0, 255, 0])];
    const answers = await model.infer(images, { onError: "result", out });
    expect(summary(answers)).toEqual(["0 IMAGE_NOT_FOUND", "1 OPTION_INVALID", "8×8", "8×8"]);
    expect([...(out[2]?.segmentationMap ?? [])]).toEqual(stripeMap);
    expect(new Set(out[3]?.segmentationMap)).toEqual(new Set([2]));
    expect((answers[2] as SemanticSegmentationResult).segmentationMap.buffer).toBe(
      out[2]?.segmentationMap.buffer,
    );
  });

  test("writes no array twice: of two images with one output the second fails", async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(64));
    const out = [{ segmentationMap: shared }, { segmentationMap: shared }];
    const green = rgbImage(8, 8, () => [0, 255, 0]);
    const answers = await model.infer([stripes(), green], { onError: "result", out });
    expect(summary(answers)).toEqual(["8×8", "1 OPTION_INVALID"]);
    expect([...shared]).toEqual(stripeMap);
  });

  test("has copied raw pixels at the call, also those that are tried again", async () => {
    const images = [rgbImage(4, 4, () => [255, 0, 0]), stripes()];
    const out = [{ segmentationMap: new Uint8Array(1) }, {}];
    const work = model.infer(images, { onError: "result", out });
    for (const image of images) image.data.fill(0);
    const [, second] = await work;
    expect([...(second as SemanticSegmentationResult).segmentationMap]).toEqual(stripeMap);
  });

  test("with strict fails the images whose logits are not finite, and answers the others", async () => {
    // The logits are the pixels' weighted sums: white overflows to infinity and black does not.
    const huge = [
      [3e38, 3e38, 3e38],
      [0, 0, 0],
    ];
    await using wild = await AutoModel.fromPretrained(
      await tinyPackage({ classNames: "background\na\n", weights: tinyOnnx({ weights: huge }) }),
    );
    const images = [0, 255, 0].map((level) => rgbImage(8, 8, () => [level, level, level]));
    const answers = await wild.infer(images, {
      onError: "result",
      strict: true,
      include: ["segmentationMap"],
    });
    expect(summary(answers)).toEqual(["8×8", "1 NON_FINITE_LOGITS", "8×8"]);
    const { error } = answers[1] as InferFailure;
    expect(error.detail).toEqual({ index: 1, nonFinitePixels: 64 });
    const thrown = await wild.infer(images, { strict: true }).catch((one: unknown) => one as DeepLabError);
    expect(error.message).toContain((thrown as DeepLabError).message.split("\n")[0]);
  });

  test("fails only the images whose size a network of open size refuses in a list", async () => {
    const config = tinyConfig({
      training_input_size: undefined,
      dynamic_spatial_size_supported: true,
      dynamic_spatial_size_mode: { type: "any-size" },
    });
    await using open = await AutoModel.fromPretrained(await tinyPackage({ config }));
    const images = [stripes(), rgbImage(4, 4, () => [255, 0, 0]), stripes()];
    const answers = await open.infer(images, { onError: "result" });
    expect(summary(answers)).toEqual(["8×8", "1 IMAGE_SIZES_DIFFER", "8×8"]);
  });

  test("rejects for what is no image's: options, an abort, the deadline, close", async () => {
    const images = [stripes(), stripes()];
    const all = { onError: "result" } as const;
    await expect(model.infer(images, { ...all, confidence: 2 })).rejects.toMatchObject({
      code: "OPTION_INVALID",
    });
    const reason = new Error("no more");
    await expect(model.infer(images, { ...all, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const abort = new AbortController();
    const aborted = model.infer(images, { ...all, signal: abort.signal });
    abort.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    const closed = await AutoModel.fromPretrained(await tinyPackage());
    const work = closed.infer(Array(40).fill(stripes()), all);
    const answered = Promise.allSettled([work]);
    await closed.close();
    const [{ status }] = await answered;
    if (status === "rejected") await expect(work).rejects.toMatchObject({ code: "CLOSED" });
    await expect(closed.infer(images, all)).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("leaves its room again, whatever failed", async () => {
    await using narrow = await AutoModel.fromPretrained(await tinyPackage(), {
      maxQueue: 1,
      maxBatch: 1,
      onFull: "reject",
    });
    const file = path.join(await newFolder(), "gone.png");
    await writeFile(file, "x");
    await rm(file);
    for (let i = 0; i < 5; i++) {
      await narrow.infer([file, file, stripes(), 3 as never], { onError: "result" });
      await expect(
        narrow.infer([file], { onError: "result", signal: AbortSignal.abort() }),
      ).rejects.toThrow();
    }
    expect((await narrow.infer(stripes())).width).toBe(8);
  });
});

test("onError: misspelt, or for one image, is an error that says so", async () => {
  await expect(model.infer([stripes()], { onError: "results" as never })).rejects.toMatchObject({
    code: "OPTION_INVALID",
    message: expect.stringContaining('Did you mean "result"?'),
  });
  await expect(model.infer([stripes()], { onerror: "result" } as never)).rejects.toMatchObject({
    code: "OPTION_UNKNOWN",
    message: expect.stringContaining('"onError"'),
  });
  await expect(model.infer(stripes(), { onError: "result" } as never)).rejects.toMatchObject({
    code: "OPTION_INVALID",
    message: expect.stringContaining("one image"),
  });
});
