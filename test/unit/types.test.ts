// What TypeScript knows of results: tsc (in `npm test`) checks this file, where a wrong type is an error.

import type {
  FromPretrainedOptions,
  InferOptions,
  OutputArrays,
  Probabilities,
  ResultPart,
  RgbaImage,
  SemanticSegmentationModel,
  SemanticSegmentationResult,
  StreamFailure,
} from "deeplab-rt";
import { expect, expectTypeOf, test } from "vitest";

type Map = Uint8Array | Uint16Array;
const image = { data: new Uint8Array(3), width: 1, height: 1 };

// Never called: only its types are of interest.
async function ofResults(model: SemanticSegmentationModel) {
  const plain = await model.infer(image);
  expectTypeOf(plain.segmentationMap).toEqualTypeOf<Map>();
  expectTypeOf(plain.confidence).toEqualTypeOf<Float32Array>();
  expectTypeOf(plain.classAreas).toEqualTypeOf<undefined>();
  expectTypeOf(plain.overlayImage).toEqualTypeOf<undefined>();

  const withOptions = await model.infer(image, { confidence: 0.5, priority: 3 });
  expectTypeOf(withOptions.confidence).toEqualTypeOf<Float32Array>();
  const mapOnly = await model.infer(image, { include: ["segmentationMap"] });
  expectTypeOf(mapOnly.segmentationMap).toEqualTypeOf<Map>();
  expectTypeOf(mapOnly.confidence).toEqualTypeOf<undefined>();

  const [first] = await model.infer([image], {
    include: ["classAreas", "probabilities", "overlay"],
    overlay: { alpha: 1 },
    probabilityClasses: ["cat"],
  });
  if (first === undefined) return;
  expectTypeOf(first.classAreas).toEqualTypeOf<Float64Array>();
  expectTypeOf(first.probabilities).toEqualTypeOf<Probabilities>();
  expectTypeOf(first.overlayImage).toEqualTypeOf<RgbaImage>();
  expectTypeOf(first.segmentationMap).toEqualTypeOf<undefined>();

  const { result } = await model.inspect(image, { include: ["confidence"] });
  expectTypeOf(result.confidence).toEqualTypeOf<Float32Array>();
  expectTypeOf(result.segmentationMap).toEqualTypeOf<undefined>();
}

async function ofWhatOnlyRunningTells(
  model: SemanticSegmentationModel,
  parts: ResultPart[],
  part: ResultPart,
) {
  const any = await model.infer(image, { include: parts });
  expectTypeOf(any.confidence).toEqualTypeOf<Float32Array | undefined>();
  const perhaps = await model.infer(image, { include: undefined });
  expectTypeOf(perhaps.confidence).toEqualTypeOf<Float32Array | undefined>();
  const either = await model.infer(image, { include: ["segmentationMap", part] });
  expectTypeOf(either.segmentationMap).toEqualTypeOf<Map>();
  expectTypeOf(either.confidence).toEqualTypeOf<Float32Array | undefined>();
}

/** A function of a user's own that takes any usual result. */
function usual(result: SemanticSegmentationResult): number {
  return result.segmentationMap.length + result.confidence.length;
}

async function ofFunctionsAndVariables(model: SemanticSegmentationModel) {
  const options: InferOptions = { confidence: 0.5 };
  usual(await model.infer(image, options));
  usual(await model.infer(image, { include: ["overlay", "confidence", "segmentationMap"] }));
  // @ts-expect-error the confidence may be missing
  usual(await model.infer(image, { include: ["segmentationMap"] }));
  const areas: InferOptions<["classAreas"]> = { include: ["classAreas"] };
  expectTypeOf((await model.infer(image, areas)).classAreas).toEqualTypeOf<Float64Array>();
  // @ts-expect-error misspelt part
  await model.infer(image, { include: ["overlai"] });
  // @ts-expect-error misspelt option
  await model.infer(image, { confidance: 0.5 });
  const out: OutputArrays = { segmentationMap: new Uint8Array(new SharedArrayBuffer(4)) };
  await model.infer([image], { out: [out] });
  const load: FromPretrainedOptions = { onFull: "reject", maxQueue: 4, maxBatchDelay: 2 };
  return load;
}

async function ofStreams(model: SemanticSegmentationModel, files: AsyncIterable<string>) {
  for await (const item of model.stream(files, { include: ["segmentationMap"] })) {
    expectTypeOf(item.image).toEqualTypeOf<string>();
    expectTypeOf(item.result.segmentationMap).toEqualTypeOf<Map>();
    expectTypeOf(item.result.confidence).toEqualTypeOf<undefined>();
  }
  for await (const item of model.stream([image], { onError: "result" })) {
    if (item.result === undefined) expectTypeOf(item).toEqualTypeOf<StreamFailure<typeof image>>();
    else expectTypeOf(item.result.confidence).toEqualTypeOf<Float32Array>();
  }
  // @ts-expect-error a stream writes into no arrays of the caller
  model.stream([image], { out: {} });
  // @ts-expect-error numbers are no images
  model.stream([1, 2]);
}

test("types follow include: tsc has checked this file, and its functions exist", () => {
  for (const checked of [ofResults, ofWhatOnlyRunningTells, ofFunctionsAndVariables, ofStreams])
    expect(checked).toBeTypeOf("function");
});
