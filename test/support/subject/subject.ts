// The product as golden and oracle tests load it: in this process or in an answering one, in the variant of this run.

import { AutoModel, type FromPretrainedOptions, type SemanticSegmentationModel } from "deeplab-rt";
import { loadRemotely } from "./remote-model.js";
import { variant, variantOptions } from "./variant.js";

/** What tests use of a model. */
export type TestModel = Pick<
  SemanticSegmentationModel,
  "infer" | "inspect" | "info" | "classNames" | "close" | typeof Symbol.asyncDispose
>;

/** Loads a package; `options` win over those of the variant. */
export function loadModel(folder: string, options: FromPretrainedOptions = {}): Promise<TestModel> {
  const all = { ...variantOptions(), ...options };
  return variant.answerWith === undefined
    ? AutoModel.fromPretrained(folder, all)
    : loadRemotely(variant.answerWith, folder, all);
}
