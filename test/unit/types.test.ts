// What TypeScript knows of results: tsc (in `npm test`) checks this file, where a wrong type is an error.

import { createReadStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import type {
  AutoModel,
  ClassStats,
  ClassStatsOptions,
  CocoOptions,
  ColorizeOptions,
  CompileOptions,
  CvatOptions,
  DeepLabError,
  EngineLoadOptions,
  ExplainOptions,
  FromPretrainedOptions,
  InferFailure,
  InferOptions,
  LabelStudioOptions,
  LegendOptions,
  ListInferOptions,
  OutputArrays,
  OverlayOptions,
  PngOptions,
  PolygonOptions,
  Probabilities,
  RecommendedParameters,
  ResultPart,
  RgbaImage,
  RleOptions,
  RuntimeOptions,
  SemanticSegmentationModel,
  SemanticSegmentationResult,
  SessionOptions,
  StreamFailure,
  StreamOptions,
  WarmUpOptions,
} from "deeplab-rt";
import sharp from "sharp";
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
  const none = await model.infer(image, { include: undefined });
  expectTypeOf(none.confidence).toEqualTypeOf<Float32Array>();
  expectTypeOf(none.classAreas).toEqualTypeOf<undefined>();
  // Left out, or this: what only one of both has is perhaps there.
  const include = parts.length > 0 ? (["segmentationMap", "classAreas"] as const) : undefined;
  const perhaps = await model.infer(image, { include });
  expectTypeOf(perhaps.segmentationMap).toEqualTypeOf<Map>();
  expectTypeOf(perhaps.confidence).toEqualTypeOf<Float32Array | undefined>();
  expectTypeOf(perhaps.classAreas).toEqualTypeOf<Float64Array | undefined>();
  expectTypeOf(perhaps.probabilities).toEqualTypeOf<undefined>();
  const [listed] = await model.infer([image], { include });
  expectTypeOf(listed?.classAreas).toEqualTypeOf<Float64Array | undefined>();
  for await (const { result } of model.stream([image], { include }))
    expectTypeOf(result.classAreas).toEqualTypeOf<Float64Array | undefined>();
  const { result } = await model.inspect(image, { include });
  expectTypeOf(result.classAreas).toEqualTypeOf<Float64Array | undefined>();
  // Said to TypeScript, and not to the call.
  const said = await model.infer<["classAreas"]>(image);
  expectTypeOf(said.classAreas).toEqualTypeOf<Float64Array | undefined>();
  expectTypeOf(said.segmentationMap).toEqualTypeOf<Map | undefined>();
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
  expectTypeOf((await model.infer(image, areas)).classAreas).toEqualTypeOf<Float64Array | undefined>();
  const sure = { include: ["classAreas"], confidence: 0.5 } as const;
  expectTypeOf((await model.infer(image, sure)).classAreas).toEqualTypeOf<Float64Array>();
  expectTypeOf((await model.infer([image], sure))[0]?.confidence).toEqualTypeOf<undefined>();
  // @ts-expect-error misspelt part
  await model.infer(image, { include: ["overlai"] });
  // @ts-expect-error misspelt option
  await model.infer(image, { confidance: 0.5 });
  const out: OutputArrays = { segmentationMap: new Uint8Array(new SharedArrayBuffer(4)) };
  await model.infer([image], { out: [out] });
  const load: FromPretrainedOptions = { onFull: "reject", maxQueue: 4, maxBatchDelay: 2 };
  const device: FromPretrainedOptions = { device: "cuda:*", deviceMemoryLimit: "2GiB", pinnedMemoryLimit: 0 };
  // @ts-expect-error decimal units are not taken for binary ones
  const wrong: FromPretrainedOptions = { deviceMemoryLimit: "2GB" };
  return [load, device, wrong];
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
    // By `error` too, as answers of lists.
    if (item.error === undefined) expectTypeOf(item.result.confidence).toEqualTypeOf<Float32Array>();
    else expectTypeOf(item.error).toEqualTypeOf<DeepLabError>();
  }
  // @ts-expect-error a stream writes into no arrays of the caller
  model.stream([image], { out: {} });
  // @ts-expect-error numbers are no images
  model.stream([1, 2]);
}

async function ofFailures(model: SemanticSegmentationModel, either: "throw" | "result") {
  for (const answer of await model.infer([image], { onError: "result", include: ["confidence"] })) {
    if (answer.error === undefined) expectTypeOf(answer.confidence).toEqualTypeOf<Float32Array>();
    else expectTypeOf(answer).toEqualTypeOf<InferFailure>();
  }
  const [plain] = await model.infer([image], { onError: "throw" });
  if (plain !== undefined) expectTypeOf(plain.confidence).toEqualTypeOf<Float32Array>();
  const [perhaps] = await model.infer([image], { onError: either });
  // @ts-expect-error it may be a failure
  usual(perhaps);
  const options: ListInferOptions = { onError: either };
  // @ts-expect-error one image has no list to be a failure in
  await model.infer(image, { onError: "result" });
  return options;
}

type Road = "background" | "road" | "car";

async function ofClasses(load: typeof AutoModel.fromPretrained) {
  const model = await load<Road>("road");
  expectTypeOf(model.classNames).toEqualTypeOf<readonly Road[]>();
  const result = await model.infer(image, {
    confidence: { car: 0.8 },
    include: ["segmentationMap", "confidence", "probabilities"],
    probabilityClasses: ["car", "road"],
  });
  expectTypeOf(await result.classStats()).toEqualTypeOf<ClassStats<Road>[]>();
  expectTypeOf((await result.classStats())[0]?.name).toEqualTypeOf<Road | undefined>();
  expectTypeOf(result.classNames).toEqualTypeOf<readonly Road[]>();
  expectTypeOf(result.probabilities.classes).toEqualTypeOf<readonly Road[]>();
  result.probabilities.plane("car");
  // @ts-expect-error no class of this model
  result.probabilities.plane("cat");
  // @ts-expect-error no class of this model
  await model.infer(image, { confidence: { cat: 0.8 } });
  // @ts-expect-error no class of this model
  await model.infer([image], { include: ["probabilities"], probabilityClasses: ["cat"] });
  // @ts-expect-error no class of this model
  model.stream([image], { confidence: { cat: 0.8 } });
  for await (const item of model.stream([image])) usual(item.result);
  usual(result);
  await ofResults(model);
  const [one] = await model.infer([image], { onError: "result", confidence: { road: 1 } });
  if (one !== undefined && one.error === undefined)
    expectTypeOf(one.classNames).toEqualTypeOf<readonly Road[]>();
  const any = await load("road");
  expectTypeOf(any.classNames).toEqualTypeOf<readonly string[]>();
  await any.infer(image, { confidence: { anything: 0.5 } });
}

/** Everything an image may be, without a cast. */
async function ofImages(model: SemanticSegmentationModel, web: ReadableStream<Uint8Array>, blob: Blob) {
  const canvas = { data: new Uint8ClampedArray(4), width: 1, height: 1, colorSpace: "srgb" } as const;
  await model.infer(canvas);
  await model.infer([
    web,
    blob,
    new File([], "a.png"),
    blob.stream(),
    createReadStream("a.png"),
    process.stdin,
  ]);
  await model.infer([
    sharp("a.png").resize(5),
    { base64: "" },
    new URL("https://a.org"),
    new DataView(new ArrayBuffer(1)),
  ]);
  const request: IncomingMessage = await new Promise(() => {});
  await model.infer(request);
  // @ts-expect-error wide elements are no bytes of a file
  await model.infer(new Float32Array(3));
  // @ts-expect-error a promise of one is none
  await model.infer(Promise.resolve("a.png"));
  // @ts-expect-error a Response is not its body
  await model.infer(new Response());
  const load: FromPretrainedOptions[] = [{ allowUrls: true }, { allowUrls: ["a.org"] }];
  // @ts-expect-error one host is a list too
  load.push({ allowUrls: "a.org" });
}

// Every option may be given as undefined, also under exactOptionalPropertyTypes: it is as if it were left out.
type Nothing<Options> = { [Key in keyof Options]-?: undefined };
function ofUndefined() {
  expectTypeOf<Nothing<FromPretrainedOptions>>().toExtend<FromPretrainedOptions>();
  expectTypeOf<Nothing<SessionOptions>>().toExtend<SessionOptions>();
  expectTypeOf<Nothing<RuntimeOptions>>().toExtend<RuntimeOptions>();
  expectTypeOf<Nothing<RecommendedParameters>>().toExtend<RecommendedParameters>();
  expectTypeOf<Nothing<InferOptions>>().toExtend<InferOptions>();
  expectTypeOf<Nothing<ListInferOptions>>().toExtend<ListInferOptions>();
  expectTypeOf<Nothing<StreamOptions>>().toExtend<StreamOptions>();
  expectTypeOf<Nothing<ExplainOptions>>().toExtend<ExplainOptions>();
  expectTypeOf<Nothing<WarmUpOptions>>().toExtend<WarmUpOptions>();
  expectTypeOf<Nothing<OutputArrays>>().toExtend<OutputArrays>();
  expectTypeOf<Nothing<OverlayOptions>>().toExtend<OverlayOptions>();
  expectTypeOf<Nothing<ColorizeOptions>>().toExtend<ColorizeOptions>();
  expectTypeOf<Nothing<LegendOptions>>().toExtend<LegendOptions>();
  expectTypeOf<Nothing<ClassStatsOptions>>().toExtend<ClassStatsOptions>();
  expectTypeOf<Nothing<PngOptions>>().toExtend<PngOptions>();
  expectTypeOf<Nothing<RleOptions>>().toExtend<RleOptions>();
  expectTypeOf<Nothing<PolygonOptions>>().toExtend<PolygonOptions>();
  expectTypeOf<Nothing<CocoOptions>>().toExtend<CocoOptions>();
  expectTypeOf<Nothing<CvatOptions>>().toExtend<CvatOptions>();
  expectTypeOf<Nothing<LabelStudioOptions>>().toExtend<LabelStudioOptions>();
  expectTypeOf<Nothing<CompileOptions>>().toExtend<CompileOptions>();
  expectTypeOf<Nothing<EngineLoadOptions>>().toExtend<EngineLoadOptions>();
}

test("types follow include: tsc has checked this file, and its functions exist", () => {
  const all = [
    ofImages,
    ofResults,
    ofWhatOnlyRunningTells,
    ofFunctionsAndVariables,
    ofStreams,
    ofFailures,
    ofClasses,
    ofUndefined,
  ];
  for (const checked of all) expect(checked).toBeTypeOf("function");
});
