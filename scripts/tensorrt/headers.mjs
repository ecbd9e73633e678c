// TensorRT's true headers (Apache-2.0 each), for tests and doubles only: the product has declarations of its own.
// TensorRT 10.14's come in a wheel that carries them; NvOnnxParser.h, which that lacks, in a crate. The latter is
// TensorRT-RTX's, whose text is that of TensorRT 10.15.
import path from "node:path";
import { fetchCrate } from "../fetch-crate.mjs";
import { fetchWheels } from "../fetch-wheels.mjs";
import { inRoot } from "../setup/paths.mjs";

const INFER = {
  folder: "tensorrt-headers-10.14.1",
  wanted: ["kernel_lens/include/tensorrt"],
  wheels: [
    {
      name: "kernel-lens",
      version: "2.0.1",
      sha256: ["07cc714e8b5e7f34b672f7c7fad93febe7c747be5837ba276b1527370134ffe0"],
    },
  ],
};

const PARSER = {
  folder: "tensorrt-parser-header-10.15",
  name: "trtx-sys",
  version: "0.9.1",
  sha256: "5480ee056292951daa1bc74532162d6cb75190f091e45d7d97c0c356916ae171",
  wanted: ["TensorRT-Headers/TRT-RTX-1.3/NvOnnxParser.h"],
};

/** The folder of what the headers want of CUDA, in our own words. */
const CUDA_NAMES = inRoot("test/doubles/tensorrt/include");

/** Folders to include, fetched where they are absent: `NvInfer.h`, `NvOnnxParser.h` and what they include. */
export async function tensorrtHeaders() {
  const [infer, parser] = await Promise.all([fetchWheels(INFER), fetchCrate(PARSER)]);
  return [path.join(infer, "kernel_lens/include/tensorrt"), parser, CUDA_NAMES];
}
