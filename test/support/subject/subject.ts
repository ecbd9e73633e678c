// The product as golden and oracle tests load it: in this process or in an answering one, in the variant of this run.

import { readFile } from "node:fs/promises";
import path from "node:path";
import {
  AutoModel,
  type FromPretrainedOptions,
  type ModelStats,
  type SemanticSegmentationModel,
} from "deeplab-rt";
import { loadRemotely } from "./remote-model.js";
import { gpuOptions, variant, variantOptions } from "./variant.js";

/** What tests use of a model. */
export type TestModel = Pick<
  SemanticSegmentationModel,
  "infer" | "inspect" | "info" | "classNames" | "close" | typeof Symbol.asyncDispose
> & { stats(): ModelStats | Promise<ModelStats> };

/** Loads a package; `options` win over those of the variant, but where the run is about a GPU. */
export async function loadModel(folder: string, options: FromPretrainedOptions = {}): Promise<TestModel> {
  const onGpu = variant.gpu === undefined ? {} : gpuOptions(await statesNoSize(folder));
  const all = { ...variantOptions(), ...options, ...onGpu };
  return variant.answerWith === undefined
    ? AutoModel.fromPretrained(folder, all)
    : loadRemotely(variant.answerWith, folder, all);
}

async function statesNoSize(folder: string): Promise<boolean> {
  try {
    const config = JSON.parse(await readFile(path.join(folder, "inference_config.json"), "utf8"));
    return config.network_input.training_input_size == null;
  } catch {
    return false; // a broken package: the product says why
  }
}

/** The same package in the same variant on the CPU: what a GPU is held against. */
export function loadOnCpu(folder: string, options: FromPretrainedOptions): Promise<TestModel> {
  return AutoModel.fromPretrained(folder, { ...variantOptions(), ...options });
}
