// The models that the benchmark completes by itself.

import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import ort from "onnxruntime-node";
import { expect, onTestFinished, test, vi } from "vitest";
import { fillWeights, modelFacts } from "../bench/models/fill-weights.mjs";
import { idleNetwork } from "../bench/models/idle-network.mjs";
import { BY_CLASSES, BY_ENCODER, BY_RESIZE, completeModels, modelFolder } from "../bench/models/index.mjs";

const source = path.resolve(import.meta.dirname, "../bench/models");
const committed = [...new Set([...Object.values(BY_CLASSES), ...Object.values(BY_ENCODER)])];

function scratch(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "deeplab-rt-bench-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  return folder;
}

test("the idle network gives back its input", async () => {
  const session = await ort.InferenceSession.create(idleNetwork());
  const data = Float32Array.from({ length: 2 * 3 * 64 * 64 }, (_, i) => i / 7);
  const { logits } = await session.run({ images: new ort.Tensor("float32", data, [2, 3, 64, 64]) });
  expect(logits?.dims).toEqual([2, 3, 64, 64]);
  expect(logits?.data).toEqual(data);
  await session.release();
});

test("weights are the same bytes wherever they are drawn, and drawn once", async () => {
  const folder = scratch();
  await fillWeights("mobilenet_v2-21", folder);
  const file = path.join(folder, "weights.bin");
  expect(createHash("sha256").update(fs.readFileSync(file)).digest("hex")).toBe(
    "fe0cd45489ed22ad220accd3d1cab18d2b6a53d3665694e5af44d937eeebc427",
  );
  fs.truncateSync(file);
  await fillWeights("mobilenet_v2-21", folder);
  expect(fs.statSync(file).size).toBe(0);
});

test.each(committed)("%s: tensors lie one after another, and the graph is small", async (name) => {
  const { tensors } = JSON.parse(fs.readFileSync(path.join(source, name, "weights.json"), "utf8"));
  let end = 0;
  for (const { offset, length, std } of tensors) {
    expect(offset).toBeGreaterThanOrEqual(end);
    expect(length % Float32Array.BYTES_PER_ELEMENT).toBe(0);
    expect(std).toBeGreaterThan(0);
    end = offset + length;
  }
  const { parameters, bytes, classes, encoder } = await modelFacts(name);
  expect(`${encoder}-${classes}`).toBe(name);
  expect(bytes).toBe(end);
  // Short biases stay in the graph and whole pages are taken outside: nearly all parameters lie there.
  expect(bytes / 4 / parameters).toBeGreaterThan(0.98);
  expect(bytes / 4 / parameters).toBeLessThan(1.02);
  expect(gunzipSync(fs.readFileSync(path.join(source, name, "graph.onnx.gz"))).length).toBeLessThan(200_000);
});

test("every resize mode has a package of its own around the same weights", async () => {
  vi.stubEnv("DEEPLAB_BENCH_SCRATCH", scratch());
  onTestFinished(() => void vi.unstubAllEnvs());
  await completeModels(new Set(Object.values(BY_RESIZE)));
  const inputs = Object.entries(BY_RESIZE).map(([mode, name]) => {
    const file = path.join(modelFolder(name), "inference_config.json");
    const { resize_mode, padding_value, training_input_size } = JSON.parse(
      fs.readFileSync(file, "utf8"),
    ).network_input;
    return [mode, resize_mode, padding_value, training_input_size.width];
  });
  expect(inputs).toEqual([
    ["stretch", "stretch", undefined, 512],
    ["letterbox, black bars", "letterbox", 0, 512],
    ["letterbox, grey bars", "letterbox", 114, 512],
    ["letterbox, white bars", "letterbox", 255, 512],
    ["center-crop", "center-crop", undefined, 512],
  ]);
  const hashes = Object.values(BY_RESIZE).map((name) =>
    createHash("sha256")
      .update(fs.readFileSync(path.join(modelFolder(name), "weights.bin")))
      .digest("hex"),
  );
  expect(new Set(hashes).size).toBe(1);
});
