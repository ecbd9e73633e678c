// A network that breaks its own promises must end in an error, never in memory that is not its.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { AutoModel } from "deeplab-rt";
import { afterAll, expect, test } from "vitest";
import { floats, writeOnnx } from "../support/onnx-writer.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);

/** Declares 2 classes, and pads them to 2003 at run time by an amount that no shape inference can see. */
function falseChannels(): Uint8Array {
  const pads = new BigInt64Array([0n, 2000n, 0n, 0n, 0n, 0n, 0n, 0n]);
  return writeOnnx({
    nodes: [
      {
        op: "ReduceSum",
        inputs: ["images"],
        outputs: ["sum"],
        attributes: { axes: [0, 1, 2, 3], keepdims: 0 },
      },
      { op: "Mul", inputs: ["sum", "zero"], outputs: ["nothing"] },
      { op: "Cast", inputs: ["nothing"], outputs: ["whole"], attributes: { to: 7 } },
      { op: "Add", inputs: ["whole", "amount"], outputs: ["pads"] },
      { op: "Pad", inputs: ["images", "pads", "low"], outputs: ["logits"] },
    ],
    initializers: [
      floats("zero", [1], Float32Array.of(0)),
      { name: "amount", type: "int64", dims: [8], bytes: new Uint8Array(pads.buffer) },
      floats("low", [], Float32Array.of(-1000)),
    ],
    inputs: [{ name: "images", type: "float32", dims: [1, 3, 16, 16] }],
    outputs: [{ name: "logits", type: "float32", dims: [1, 2, 16, 16] }],
  });
}

test("more channels at run time than declared are refused", async () => {
  const folder = await newFolder();
  const config = {
    network_input: {
      training_input_size: { width: 16, height: 16 },
      dynamic_spatial_size_supported: false,
      color_mode: "rgb",
      resize_mode: "stretch",
      input_channels: 3,
      scaling_factor: 255,
    },
  };
  await writeFile(path.join(folder, "weights.onnx"), falseChannels());
  await writeFile(path.join(folder, "class_names.txt"), "background\nthing\n");
  await writeFile(path.join(folder, "inference_config.json"), JSON.stringify(config));
  const model = await AutoModel.fromPretrained(folder);
  const picture = { data: new Uint8Array(16 * 16 * 3).fill(200), width: 16, height: 16 };
  await expect(model.infer(picture)).rejects.toMatchObject({
    code: "PACKAGE_WEIGHTS_INVALID",
    detail: { found: "float32 [1, 2003, 16, 16]", allowed: "float32 [1, 2, h, w]" },
  });
  await model.close();
});
