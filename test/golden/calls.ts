// A golden case as calls of the public API.

import {
  AutoModel,
  type Confidence,
  type FromPretrainedOptions,
  type HeadCutInfo,
  type ImageSource,
  type InferOptions,
  type Inspection,
  type SemanticSegmentationModel,
  type SemanticSegmentationResult,
} from "deeplab-rt";
import { type GoldenCase, goldenPath } from "../support/golden-set.js";
import { sources } from "./scope.js";

/** Options of `fromPretrained`. */
export function loadOptions(item: GoldenCase, allowClassMismatch: boolean): FromPretrainedOptions {
  const given = item.load.recommended_parameters;
  const perClass = given?.per_class_confidence ?? given?.perClassConfidence;
  return {
    backend: "onnx",
    device: "cpu",
    // DEEPLAB_TEST_HEAD_CUT=off runs the whole set with the networks as they are.
    headCut: process.env.DEEPLAB_TEST_HEAD_CUT !== "off",
    allowClassMismatch,
    recommendedParameters: {
      ...(given?.confidence === undefined ? {} : { confidence: given.confidence }),
      ...(perClass === undefined ? {} : { perClassConfidence: perClass }),
    },
  };
}

/** Options of `infer`. Keywords that the reference ignores are not passed: here an unknown option is an error. */
export function inferOptions(item: GoldenCase): InferOptions {
  const { confidence, image_size: size, pre_processing_overrides: off } = item.call;
  return {
    ...(confidence === undefined ? {} : { confidence: confidence as Confidence }),
    ...(size === undefined ? {} : { imageSize: { width: size[0], height: size[1] } }),
    disableStaticCrop: off?.disable_static_crop === true,
    disableGrayscale: off?.disable_grayscale === true,
    disableContrast: off?.disable_contrast_enhancement === true,
  };
}

export interface Answers {
  readonly results: readonly SemanticSegmentationResult[];
  /** The stages of each image, taken one by one. */
  readonly inspections: readonly Inspection[];
  readonly classNames: readonly string[];
  readonly headCut: HeadCutInfo;
}

async function answer(
  model: SemanticSegmentationModel,
  item: GoldenCase,
  images: ImageSource[],
): Promise<Answers> {
  const options = inferOptions(item);
  const [first] = images;
  const asList = item.container !== "single" || first === undefined;
  const results = asList ? await model.infer(images, options) : [await model.infer(first, options)];
  const inspections: Inspection[] = [];
  for (const image of images) inspections.push(await model.inspect(image, options));
  return { results, inspections, classNames: model.classNames, headCut: model.info().headCut };
}

/** Loads the package, answers the case, closes the model. */
export async function runCase(item: GoldenCase, allowClassMismatch = false): Promise<Answers> {
  const options = loadOptions(item, allowClassMismatch);
  const model = await AutoModel.fromPretrained(goldenPath(item.package), options);
  try {
    return await answer(model, item, await sources(item));
  } finally {
    await model.close();
  }
}
