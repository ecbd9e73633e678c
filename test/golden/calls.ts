// A golden case as calls of the public API.

import type {
  Confidence,
  FromPretrainedOptions,
  ImageSource,
  InferOptions,
  Inspection,
  ModelInfo,
  SemanticSegmentationResult,
} from "deeplab-rt";
import { type GoldenCase, goldenPath } from "../support/golden-set.js";
import { loadModel, loadOnCpu, type TestModel } from "../support/subject/subject.js";
import { variant } from "../support/subject/variant.js";
import { sources } from "./scope.js";
import { answeredInGroup } from "./together.js";

/** Options of `fromPretrained`. */
export function loadOptions(item: GoldenCase, allowClassMismatch: boolean): FromPretrainedOptions {
  const given = item.load.recommended_parameters;
  const perClass = given?.per_class_confidence ?? given?.perClassConfidence;
  return {
    backend: "onnx",
    device: "cpu",
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

type ClassMap = SemanticSegmentationResult["segmentationMap"];

export interface Answers {
  readonly results: readonly SemanticSegmentationResult[];
  /** The stages of each image, taken one by one. */
  readonly inspections: readonly Inspection[];
  /** The class map of each image where nothing else is asked for: another way through post-processing. */
  readonly mapsAlone: readonly ClassMap[];
  readonly classNames: readonly string[];
  readonly info: ModelInfo;
}

/** Asks a loaded model for the case of these pictures: all its calls at once, or one after another. */
export async function answer(
  model: TestModel,
  item: GoldenCase,
  images: ImageSource[],
  atOnce = false,
): Promise<Answers> {
  const options = inferOptions(item);
  const [first] = images;
  const asList = item.container !== "single" || first === undefined;
  const infer = async () => (asList ? model.infer(images, options) : [await model.infer(first, options)]);
  const mapAlone = async (image: ImageSource) =>
    (await model.infer(image, { ...options, include: ["segmentationMap"] })).segmentationMap;
  const { classNames } = model;
  const info = model.info();
  if (atOnce) {
    const beside = Promise.all([
      Promise.all(images.map((image) => model.inspect(image, options))),
      Promise.all(images.map(mapAlone)),
    ]);
    const [results, [inspections, mapsAlone]] = await Promise.all([infer(), beside]);
    return { results, inspections, mapsAlone, classNames, info };
  }
  const results = await infer();
  const inspections: Inspection[] = [];
  const mapsAlone: ClassMap[] = [];
  for (const image of images) {
    inspections.push(await model.inspect(image, options));
    mapsAlone.push(await mapAlone(image));
  }
  return { results, inspections, mapsAlone, classNames, info };
}

/** Loads the package, answers the case, closes the model. Where the run says how to batch: with the package's other cases. */
export async function runCase(item: GoldenCase, allowClassMismatch = false): Promise<Answers> {
  const options = loadOptions(item, allowClassMismatch);
  if (variant.batching !== undefined) return answeredInGroup(item, options, variant.batching);
  const model = await loadModel(goldenPath(item.package), options);
  try {
    return await answer(model, item, await sources(item));
  } finally {
    await model.close();
  }
}

/** The same case on the CPU, one call after another. */
export async function onCpu(item: GoldenCase, allowClassMismatch: boolean): Promise<Answers> {
  const model = await loadOnCpu(goldenPath(item.package), loadOptions(item, allowClassMismatch));
  try {
    return await answer(model, item, await sources(item));
  } finally {
    await model.close();
  }
}
