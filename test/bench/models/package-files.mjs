// The three text files beside a benchmark network's graph: stretch where nothing else is asked for, RGB, ImageNet's normalisation.
import fs from "node:fs/promises";
import path from "node:path";

function inferenceConfig(size, input) {
  return {
    image_pre_processing: { "auto-orient": { enabled: true } },
    network_input: {
      training_input_size: { height: size, width: size },
      dynamic_spatial_size_supported: false,
      color_mode: "rgb",
      resize_mode: "stretch",
      input_channels: 3,
      scaling_factor: 255,
      normalization: [
        [0.485, 0.456, 0.406],
        [0.229, 0.224, 0.225],
      ],
      ...input,
    },
    forward_pass: { static_batch_size: null, max_dynamic_batch_size: 16 },
    post_processing: { type: "softmax", fused: false },
  };
}

function classNames(classes) {
  const digits = String(classes - 1).length;
  const others = Array.from(
    { length: classes - 1 },
    (_, i) => `class-${String(i + 1).padStart(digits, "0")}`,
  );
  return ["background", ...others];
}

/** Writes class_names.txt, inference_config.json and model_config.json into `target`; `input` goes over `network_input`. */
export async function writePackage(target, { name, classes, inputSize, input = {} }) {
  const identity = {
    model_architecture: "deep-lab-v3-plus",
    task_type: "semantic-segmentation",
    backend_type: "onnx",
    model_id: `deeplab-rt/bench-${name}/1`,
  };
  const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
  const files = {
    "class_names.txt": `${classNames(classes).join("\n")}\n`,
    "inference_config.json": json(inferenceConfig(inputSize, input)),
    "model_config.json": json(identity),
  };
  await Promise.all(Object.entries(files).map(([file, text]) => fs.writeFile(path.join(target, file), text)));
}
