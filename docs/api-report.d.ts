// What a user can import from "deeplab-rt", without comments. Made by `npm run api:report`; a test compares it with the sources,
// so that no change of the public API goes in unseen. The documented declarations are in dist/, the reference is made
// by `npm run docs`.

export interface AccuracyReport extends Agreement {
  readonly samples: "caller" | "package" | "generated";
  readonly minAgreement: number;
  readonly reference: {
    readonly backend: string;
    readonly version: string;
  };
}

export interface Agreement {
  readonly pictures: number;
  readonly pixels: number;
  readonly agreement: number;
  readonly classes: readonly ClassAgreement[];
  readonly nonFinite: {
    readonly reference: number;
    readonly engine: number;
  };
  readonly newNonFinite: number;
}

export type AtLeastDefaultParts = readonly ["segmentationMap", "confidence", ...ResultPart[]];

export interface AutoModel {
  fromPretrained<Classes extends string = string>(
    location: string | URL,
    options?: FromPretrainedOptions,
  ): Promise<SemanticSegmentationModel<Classes>>;
}
export declare const AutoModel: AutoModel;

export interface AxisSize {
  readonly scale: number;
  readonly size: number;
}

export interface Base64Image {
  readonly base64: string;
}

export interface BatchingInfo {
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly measured: readonly {
    readonly images: number;
    readonly perImage: number;
  }[];
  readonly ownImages: number;
  readonly sharedImages: number;
}

export interface BlobLike {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
  stream(): unknown;
}

export interface BoundingBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Box = readonly [x: number, y: number, width: number, height: number];

export interface BrushResult {
  readonly id: string;
  readonly type: "brushlabels";
  readonly from_name: string;
  readonly to_name: string;
  readonly original_width: number;
  readonly original_height: number;
  readonly image_rotation: 0;
  readonly value: {
    readonly format: "rle";
    readonly rle: number[];
    readonly brushlabels: [string];
  };
  readonly score?: number;
}

export declare class BufferRegistration implements Disposable {
  #private;
  readonly byteLength: number;
  unregister(): void;
  [Symbol.dispose](): void;
}

export type ByteSize = number | `${number}${"KiB" | "MiB" | "GiB" | "TiB"}`;

export type Certain<Parts extends readonly ResultPart[], Part extends ResultPart> = Parts extends readonly [
  infer First,
  ...infer Rest extends readonly ResultPart[],
]
  ? [First] extends [Part]
    ? true
    : Certain<Rest, Part>
  : false;

export interface ClassAgreement {
  readonly id: number;
  readonly name: string;
  readonly reference: number;
  readonly engine: number;
  readonly iou: number | null;
}

export type ClassChoice = readonly (string | number)[];

export interface ClassPolygons {
  readonly classId: number;
  readonly name: string;
  readonly polygons: readonly Polygon[];
}

export interface ClassRle<Counts extends string | number[] = string | number[]> extends Rle<Counts> {
  readonly classId: number;
  readonly name: string;
  readonly area: number;
  readonly bbox: Box;
}

export interface ClassStats<Classes extends string = string, Mean extends number | null = number> {
  readonly id: number;
  readonly name: Classes;
  readonly pixels: number;
  readonly share: number;
  readonly meanConfidence: Mean;
  readonly boundingBox: BoundingBox | null;
  readonly color: string | null;
  readonly components?: number;
}

export interface ClassStatsOptions {
  readonly components?: boolean | undefined;
  readonly connectivity?: 4 | 8 | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CocoAnnotation {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  readonly segmentation: Rle | readonly (readonly number[])[];
  readonly area: number;
  readonly bbox: Box;
  readonly iscrowd: 0 | 1;
  readonly score?: number;
}

export interface CocoCategory {
  readonly id: number;
  readonly name: string;
  readonly supercategory?: string | undefined;
}

export interface CocoFile {
  readonly images: CocoImage[];
  readonly annotations: CocoAnnotation[];
  readonly categories: readonly CocoCategory[];
}

export interface CocoImage {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly file_name: string;
}

export interface CocoItem extends ExportItem {
  readonly id?: number | undefined;
}

export interface CocoOptions {
  readonly classes?: ClassChoice | undefined;
  readonly categories?: readonly CocoCategory[] | undefined;
  readonly segmentation?: "rle" | "polygon" | undefined;
  readonly perComponent?: boolean | undefined;
  readonly minArea?: number | undefined;
  readonly tolerance?: number | undefined;
  readonly compressed?: boolean | undefined;
  readonly iscrowd?: 0 | 1 | undefined;
  readonly scores?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type Color = string | Rgba;

export type ColorFormat = "rgb" | "bgr" | "rgba" | "bgra" | "gray" | "nv12";

export interface ColorizeOptions<Format extends PictureFormat = PictureFormat>
  extends PictureOptions<Format> {
  readonly palette?: Palette | undefined;
  readonly classes?: readonly (string | number)[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CompileOptions extends EngineOptions {
  readonly output?: string | undefined;
  readonly force?: boolean | undefined;
  readonly device?: "auto" | `cuda:${number}` | undefined;
  readonly runtime?: RuntimeOptions | undefined;
  readonly samples?: readonly ImageSource[] | undefined;
  readonly onProgress?: ((progress: CompileProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CompileProgress {
  readonly stage: "read" | "build" | "check";
  readonly phase: string;
  readonly fraction: number;
  readonly elapsed: number;
  readonly remaining: number | null;
  readonly log: string | null;
}

export interface CompileReport {
  readonly output: string;
  readonly precision: string;
  readonly batch: {
    readonly min: number;
    readonly opt: number;
    readonly max: number;
  };
  readonly headCut: {
    readonly cut: boolean;
    readonly reason: string;
  };
  readonly target: EngineTarget;
  readonly engineByteLength: number;
  readonly buildTime: number;
  readonly timingCache: string | null;
  readonly accuracy: AccuracyReport;
}

export type Confidence<Classes extends string = string> =
  | number
  | "best"
  | "default"
  | Readonly<Partial<Record<Classes, number>>>;

export type CoordinateMode = "align_corners" | "half_pixel" | "pytorch_half_pixel" | "asymmetric";

export interface CvatOptions {
  readonly classes?: ClassChoice | undefined;
  readonly perComponent?: boolean | undefined;
  readonly minArea?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CvatReport {
  readonly folder: string;
  readonly images: number;
  readonly labels: readonly string[];
}

export declare class DeepLabError extends Error {
  readonly code: ErrorCode;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly hint: string;
  constructor(code: ErrorCode, summary: string, extras?: ErrorExtras);
}

export type DefaultParts = readonly ["segmentationMap", "confidence"];

export interface DeviceInfo {
  readonly device: string;
  readonly name: string;
  readonly computeCapability: string;
  readonly driverVersion: string;
  readonly driverPath: string;
  readonly memoryMode: string;
  readonly totalMemory: number;
  readonly usedMemory: number;
  readonly peakMemory: number;
  readonly memoryLimit: number | null;
  readonly pinned: {
    readonly used: number;
    readonly idle: number;
    readonly limit: number;
  };
}

export interface DeviceOptions {
  readonly device?: "auto" | "cpu" | `cuda:${number}` | "cuda:*" | undefined;
  readonly deviceMemoryLimit?: ByteSize | undefined;
  readonly pinnedMemoryLimit?: ByteSize | undefined;
  readonly memoryMode?: MemoryMode | undefined;
  readonly cudaGraphs?: boolean | undefined;
}

export type EncodedBytes =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | DataView
  | ArrayBuffer
  | SharedArrayBuffer;

export interface EngineBatch {
  readonly min: number;
  readonly opt: number;
  readonly max: number;
}

export interface EngineBuild {
  readonly tensorrt: string;
  readonly gpu: string;
  readonly computeCapability: string;
  readonly driver: string;
  readonly precision: string;
  readonly profiles: readonly EngineBatch[];
  readonly modelSha256: string;
  readonly at: string;
}

export interface EngineBuildInfo {
  readonly state: "building" | "ready" | "failed";
  readonly reason: string;
}

export interface EngineInfo {
  readonly trust: "signature" | "option";
  readonly batch: EngineBatch;
  readonly built: EngineBuild | null;
  readonly accuracy: Readonly<Record<string, unknown>> | null;
}

export interface EngineLoadOptions extends EngineOptions {
  readonly mode?: EngineMode | undefined;
  readonly samples?: readonly ImageSource[] | undefined;
  readonly onProgress?: ((progress: CompileProgress) => void) | undefined;
}

export type EngineMode = "wait" | "background";

export interface EngineOptions {
  readonly precision?: EnginePrecision | undefined;
  readonly minBatch?: number | undefined;
  readonly optBatch?: number | undefined;
  readonly maxBatch?: number | undefined;
  readonly minSize?: ImageExtent | undefined;
  readonly optSize?: ImageExtent | undefined;
  readonly maxSize?: ImageExtent | undefined;
  readonly workspace?: ByteSize | undefined;
  readonly timingCache?: string | undefined;
  readonly headCut?: boolean | undefined;
  readonly minAgreement?: number | undefined;
}

export type EnginePrecision = "fp32" | "fp16" | "bf16";

export interface EngineTarget {
  readonly tensorrt: string;
  readonly gpu: string;
  readonly computeCapability: string;
  readonly driver: string;
}

export type ErrorCode = (typeof errorCodes)[number];

export interface ErrorExtras {
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly hint?: string;
  readonly cause?: unknown;
}

export interface ExplainOptions<Classes extends string = string>
  extends Omit<InferOptions<DefaultParts, Classes>, "include" | "out" | "probabilityClasses" | "overlay"> {
  readonly topK?: number | undefined;
}

export interface ExportItem {
  readonly maps: SegmentationMaps;
  readonly fileName: string;
}

export type ExportItems<Item extends ExportItem = ExportItem> = Iterable<Item> | AsyncIterable<Item>;

export interface FrameReader<Image> {
  read(): Promise<{
    readonly done: boolean;
    readonly value?: Image | undefined;
  }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

export type FrameSource<Image> =
  | AsyncIterable<Image>
  | Iterable<Image | PromiseLike<Image>>
  | FrameStream<Image>;

export interface FrameStream<Image> {
  getReader(): FrameReader<Image>;
}

export interface FromPretrainedOptions extends DeviceOptions {
  readonly backend?: "auto" | "onnx" | "trt" | "torch" | undefined;
  readonly runtime?: RuntimeOptions | undefined;
  readonly engine?: EngineMode | EngineLoadOptions | undefined;
  readonly trustEngine?: boolean | undefined;
  readonly session?: SessionOptions | undefined;
  readonly recommendedParameters?: RecommendedParameters | undefined;
  readonly allowClassMismatch?: boolean | undefined;
  readonly maxBatch?: number | undefined;
  readonly maxBatchDelay?: number | undefined;
  readonly maxInFlight?: number | undefined;
  readonly maxQueue?: number | undefined;
  readonly onFull?: OnFull | undefined;
  readonly headCut?: boolean | undefined;
  readonly allowUrls?: boolean | readonly string[] | undefined;
  readonly limitInputPixels?: number | undefined;
  readonly onLog?: LogListener | undefined;
  readonly logLevel?: LogLevel | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HeadCutInfo {
  readonly cut: boolean;
  readonly reason: string;
  readonly interpolation: Interpolation | null;
  readonly logits: TensorInfo;
}

export type Holding<
  Parts extends readonly ResultPart[],
  Classes extends string = string,
> = Parts extends unknown
  ? {
      readonly segmentationMap: IfIncluded<Parts, "segmentationMap", Uint8Array | Uint16Array>;
      readonly confidence: IfIncluded<Parts, "confidence", Float32Array>;
      readonly classAreas: IfIncluded<Parts, "classAreas", Float64Array>;
      readonly probabilities: IfIncluded<Parts, "probabilities", Probabilities<Classes>>;
      readonly overlayImage: IfIncluded<Parts, "overlay", RgbaImage>;
    }
  : never;

export type HoldingOrDefault<
  Parts extends readonly ResultPart[] | undefined,
  Classes extends string = string,
> = Holding<Exclude<Parts, undefined> | DefaultParts, Classes>;

export type IfIncluded<Parts extends readonly ResultPart[], Part extends ResultPart, T> =
  Certain<Parts, Part> extends true ? T : Part extends Parts[number] ? T | undefined : undefined;

export interface ImageExtent {
  readonly width: number;
  readonly height: number;
}

export interface ImageMetadata {
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  readonly staticCrop: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  readonly resize: {
    readonly mode: "stretch" | "letterbox" | "center-crop";
    readonly inputWidth: number;
    readonly inputHeight: number;
    readonly padLeft: number;
    readonly padTop: number;
    readonly padRight: number;
    readonly padBottom: number;
    readonly scaleX: number;
    readonly scaleY: number;
  };
}

export type ImageSource =
  | string
  | URL
  | EncodedBytes
  | RawImage
  | Base64Image
  | SharpLike
  | BlobLike
  | WebByteStream
  | NodeJS.ReadableStream;

export interface Including<Parts extends readonly ResultPart[]> {
  readonly include: Parts;
}

export interface InferFailure {
  readonly index: number;
  readonly result?: undefined;
  readonly error: DeepLabError;
}

export interface InferOptions<
  Parts extends readonly ResultPart[] | undefined = DefaultParts,
  Classes extends string = string,
> {
  readonly confidence?: Confidence<Classes> | undefined;
  readonly include?: Parts | undefined;
  readonly probabilityClasses?: readonly Classes[] | undefined;
  readonly overlay?: Pick<OverlayStyle, "alpha" | "palette" | "classes"> | undefined;
  readonly out?: OutputArrays | readonly OutputArrays[] | undefined;
  readonly copyInput?: boolean | undefined;
  readonly deadline?: number | undefined;
  readonly priority?: number | undefined;
  readonly disableStaticCrop?: boolean | undefined;
  readonly disableGrayscale?: boolean | undefined;
  readonly disableContrast?: boolean | undefined;
  readonly imageSize?:
    | {
        readonly width: number;
        readonly height: number;
      }
    | undefined;
  readonly strict?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface InferTrace {
  readonly model: {
    readonly folder: string;
    readonly modelId: string | null;
  };
  readonly images: number;
  readonly result?: readonly (
    | SemanticSegmentationResult
    | {
        readonly index: number;
        readonly error: unknown;
      }
  )[];
  readonly error?: unknown;
}

export interface InferenceConfig {
  readonly declaredResizeMode: string;
  readonly resizeMode: "stretch" | "letterbox" | "center-crop";
  readonly inputSize: {
    readonly width: number;
    readonly height: number;
  } | null;
  readonly paddingValue: number;
  readonly networkColor: "rgb" | "bgr";
  readonly scalingFactor: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly staticCrop: StaticCropPercents | null;
  readonly grayscale: boolean;
  readonly contrast: "none" | "adaptive" | "stretching" | "histogram";
  readonly maxBatch: number | null;
}

export interface Inspection<
  Held extends ResultValues = Holding<AtLeastDefaultParts>,
  Classes extends string = string,
> {
  readonly inputTensor: Tensor;
  readonly logits: Tensor;
  readonly result: SemanticSegmentationResult<Held, Classes>;
}

export interface Interpolation {
  readonly coordinateMode: CoordinateMode;
  readonly rows: AxisSize;
  readonly columns: AxisSize;
}

export interface LabelStudioOptions {
  readonly classes?: ClassChoice | undefined;
  readonly fromName?: string | undefined;
  readonly toName?: string | undefined;
  readonly perComponent?: boolean | undefined;
  readonly minArea?: number | undefined;
  readonly scores?: boolean | undefined;
  readonly modelVersion?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LabelStudioPrediction {
  readonly model_version?: string;
  readonly score?: number;
  readonly result: BrushResult[];
}

export interface LegendOptions<Format extends PictureFormat = PictureFormat> extends PictureOptions<Format> {
  readonly palette?: Palette | undefined;
  readonly classes?: readonly (string | number)[] | undefined;
  readonly textSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LegendPlacement {
  readonly position?: "top-left" | "top-right" | "bottom-left" | "bottom-right" | undefined;
  readonly textSize?: number | undefined;
}

export interface ListInferOptions<
  Parts extends readonly ResultPart[] | undefined = DefaultParts,
  OnError extends OnImageError = OnImageError,
  Classes extends string = string,
> extends InferOptions<Parts, Classes> {
  readonly onError?: OnError | undefined;
}

export type LogLevel = "verbose" | "info" | "warning" | "error" | "fatal";

export interface LogLine {
  readonly level: LogLevel;
  readonly source: "onnxruntime" | "tensorrt" | "deeplab-rt";
  readonly message: string;
  readonly time: number;
}

export type LogListener = (line: LogLine) => void;

export type MemoryMode = "auto" | "copied" | "mapped" | "managed";

export interface ModelInfo {
  readonly folder: string;
  readonly modelId: string | null;
  readonly packageFormat: PackageFormat;
  readonly backend: string;
  readonly device: string;
  readonly executionProvider: string | null;
  readonly reason: string;
  readonly library: {
    readonly path: string;
    readonly version: string;
  };
  readonly precision: string | null;
  readonly input: TensorInfo;
  readonly output: TensorInfo;
  readonly headCut: HeadCutInfo;
  readonly engine: EngineInfo | null;
  readonly engineBuild: EngineBuildInfo | null;
  readonly classNames: readonly string[];
  readonly backgroundClassId: number;
  readonly channels: number;
  readonly maxBatch: number;
  readonly minBatch: number;
  readonly intraOpThreads: number;
  readonly poolThreads: number;
  readonly memory: {
    readonly weights: number;
    readonly devices: number;
  };
  readonly simd: string;
  readonly maxInFlight: number;
  readonly batching: BatchingInfo | null;
  readonly stages: StageInfo;
  readonly devices: readonly DeviceInfo[];
  readonly sharedBy: number;
  readonly preprocessing: InferenceConfig;
}

export interface ModelStats {
  readonly calls: {
    readonly submitted: number;
    readonly answered: number;
    readonly failed: number;
    readonly aborted: number;
    readonly expired: number;
    readonly rejected: number;
  };
  readonly images: number;
  readonly waiting: number;
  readonly waitingOutside: number;
  readonly running: number;
  readonly batches: readonly (readonly [number, number])[];
  readonly timings: {
    readonly queue: StageStats;
    readonly preprocess: StageStats;
    readonly network: StageStats;
    readonly postprocess: StageStats;
  };
  readonly sharedImages: number;
  readonly batching: BatchingInfo | null;
  readonly memory: {
    readonly used: number;
    readonly idle: number;
    readonly copied: number;
  };
}

export type OnFrameError = "throw" | "result";

export type OnFull = "wait" | "reject";

export type OnImageError = "throw" | "result";

export interface OutputArrays {
  readonly segmentationMap?: Uint8Array | Uint16Array | undefined;
  readonly confidence?: Float32Array | undefined;
}

export interface OverlayOptions<Format extends PictureFormat = PictureFormat>
  extends OverlaySettings<Format> {
  readonly image?: ImageSource | undefined;
}

export interface OverlaySettings<Format extends PictureFormat = PictureFormat>
  extends OverlayStyle,
    PictureOptions<Format> {
  readonly signal?: AbortSignal | undefined;
}

export interface OverlayStyle {
  readonly alpha?: number | undefined;
  readonly palette?: Palette | undefined;
  readonly classes?: readonly (string | number)[] | undefined;
  readonly outline?:
    | boolean
    | {
        readonly width?: number | undefined;
        readonly color?: Color | undefined;
      }
    | undefined;
  readonly fill?: boolean | undefined;
  readonly legend?: boolean | LegendPlacement | undefined;
}

export type PackageFormat = "onnx" | "trt";

export type Palette = Readonly<Record<string, Color | null>> | readonly (Color | null | undefined)[];

export type PictureFormat = "rgba" | "png" | "jpeg" | "webp";

export type PictureOf<Format extends PictureFormat> = Format extends "rgba" ? RgbaImage : Buffer;

export interface PictureOptions<Format extends PictureFormat = PictureFormat> {
  readonly format?: Format | undefined;
  readonly quality?: number | undefined;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export interface PixelClass<Classes extends string = string> {
  readonly id: number;
  readonly name: Classes;
  readonly probability: number;
  readonly threshold: number;
}

export interface PixelDecision<Classes extends string> extends PixelFacts<Classes> {
  readonly rule: "arg-max" | "below-threshold" | "outside-center-crop";
  readonly winner: PixelClass<Classes>;
  readonly top: readonly PixelClass<Classes>[];
}

export type PixelExplanation<Classes extends string = string> =
  | PixelDecision<Classes>
  | UndecidedPixel<Classes>;

export interface PixelFacts<Classes extends string> {
  readonly x: number;
  readonly y: number;
  readonly classId: number;
  readonly className: Classes;
  readonly confidence: number;
  readonly inMaps: boolean;
  readonly sentence: string;
}

export interface PixelPlace {
  readonly x: number;
  readonly y: number;
}

export interface PngOptions {
  readonly map?: "segmentationMap" | "confidence" | undefined;
  readonly bitDepth?: 8 | 16 | undefined;
  readonly palette?: boolean | Palette | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Polygon {
  readonly outer: readonly number[];
  readonly holes: readonly (readonly number[])[];
  readonly area: number;
  readonly bbox: Box;
}

export interface PolygonOptions {
  readonly classes?: ClassChoice | undefined;
  readonly tolerance?: number | undefined;
  readonly minArea?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export declare class Probabilities<Classes extends string = string> {
  readonly classes: readonly Classes[];
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
  constructor(classes: readonly Classes[], width: number, height: number, data: Float32Array);
  plane(className: Classes | number): Float32Array;
}

export interface ProbabilityPlanes<Classes extends string = string> {
  readonly classes: readonly Classes[];
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export interface RawImage {
  readonly data: Uint8Array | Uint8ClampedArray | ArrayBuffer | SharedArrayBuffer;
  readonly width: number;
  readonly height: number;
  readonly channels?: 1 | 3 | 4 | undefined;
  readonly stride?: number | undefined;
  readonly colorFormat?: ColorFormat | undefined;
  readonly matrix?: "bt601" | "bt709" | undefined;
  readonly range?: "limited" | "full" | undefined;
  readonly colorSpace?: string | undefined;
  readonly pixelFormat?: "rgba-unorm8" | undefined;
}

export interface RecommendedParameters {
  readonly confidence?: number | null | undefined;
  readonly perClassConfidence?: Readonly<Record<string, number>> | null | undefined;
}

export interface ResultData<Held extends ResultValues = ResultValues, Classes extends string = string> {
  readonly width: number;
  readonly height: number;
  readonly segmentationMap: Held["segmentationMap"];
  readonly confidence: Held["confidence"];
  readonly classAreas: Held["classAreas"];
  readonly probabilities: Held["probabilities"] extends infer Member
    ? Member extends Probabilities<infer Names>
      ? ProbabilityPlanes<Names>
      : Member
    : never;
  readonly overlayImage: Held["overlayImage"];
  readonly classNames: readonly Classes[];
  readonly backgroundClassId: number;
  readonly idCount: number;
  readonly imageMetadata: ImageMetadata;
  readonly timings: Timings;
  readonly nonFinitePixels: number;
}

export type ResultPart = "segmentationMap" | "confidence" | "classAreas" | "probabilities" | "overlay";

export interface ResultStream<Item> extends AsyncIterableIterator<Item>, AsyncDisposable {
  readonly stats: StreamStats;
  next(): Promise<IteratorResult<Item, undefined>>;
  return(): Promise<IteratorResult<Item, undefined>>;
  throw(error?: unknown): Promise<IteratorResult<Item, undefined>>;
  [Symbol.asyncIterator](): ResultStream<Item>;
}

export interface ResultValues {
  readonly segmentationMap: Uint8Array | Uint16Array | undefined;
  readonly confidence: Float32Array | undefined;
  readonly classAreas: Float64Array | undefined;
  readonly probabilities: Probabilities | undefined;
  readonly overlayImage: RgbaImage | undefined;
}

export interface Rgba {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

export interface RgbaImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface Rle<Counts extends string | number[] = string | number[]> {
  readonly size: readonly [height: number, width: number];
  readonly counts: Counts;
}

export interface RleOptions {
  readonly classes?: ClassChoice | undefined;
  readonly compressed?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RuntimeOptions {
  readonly onnxruntime?: string | undefined;
  readonly cuda?: string | undefined;
  readonly tensorrt?: string | undefined;
}

export interface SegmentationMaps {
  readonly segmentationMap: Uint8Array | Uint16Array;
  readonly confidence?: Float32Array | undefined;
  readonly width: number;
  readonly height: number;
  readonly classNames: readonly string[];
  readonly backgroundClassId: number;
  readonly idCount?: number | undefined;
  readonly imageMetadata?:
    | {
        readonly sourceWidth: number;
        readonly sourceHeight: number;
      }
    | undefined;
}

export declare class SemanticSegmentationModel<Classes extends string = string> implements AsyncDisposable {
  #private;
  get classNames(): readonly Classes[];
  get backgroundClassId(): number;
  get packageFormat(): PackageFormat;
  get backend(): string;
  get device(): string;
  info(): ModelInfo;
  stats(): ModelStats;
  warmUp(options?: WarmUpOptions): Promise<BatchingInfo | null>;
  infer<const Parts extends readonly ResultPart[]>(
    image: ImageSource,
    options: InferOptions<Parts, Classes> & Including<Parts>,
  ): Promise<SemanticSegmentationResult<Holding<Parts, Classes>, Classes>>;
  infer<const Parts extends readonly ResultPart[] | undefined = undefined>(
    image: ImageSource,
    options?: InferOptions<Parts, Classes>,
  ): Promise<SemanticSegmentationResult<HoldingOrDefault<Parts, Classes>, Classes>>;
  infer<const Parts extends readonly ResultPart[]>(
    images: readonly ImageSource[],
    options: ListInferOptions<Parts, "throw", Classes> & Including<Parts>,
  ): Promise<SemanticSegmentationResult<Holding<Parts, Classes>, Classes>[]>;
  infer<const Parts extends readonly ResultPart[] | undefined = undefined>(
    images: readonly ImageSource[],
    options?: ListInferOptions<Parts, "throw", Classes>,
  ): Promise<SemanticSegmentationResult<HoldingOrDefault<Parts, Classes>, Classes>[]>;
  infer<const Parts extends readonly ResultPart[]>(
    images: readonly ImageSource[],
    options: ListInferOptions<Parts, OnImageError, Classes> & Including<Parts>,
  ): Promise<(SemanticSegmentationResult<Holding<Parts, Classes>, Classes> | InferFailure)[]>;
  infer<const Parts extends readonly ResultPart[] | undefined = undefined>(
    images: readonly ImageSource[],
    options: ListInferOptions<Parts, OnImageError, Classes>,
  ): Promise<(SemanticSegmentationResult<HoldingOrDefault<Parts, Classes>, Classes> | InferFailure)[]>;
  infer<const Parts extends readonly ResultPart[]>(
    images: ImageSource | readonly ImageSource[],
    options: ListInferOptions<Parts, "throw", Classes> & Including<Parts>,
  ): Promise<
    | SemanticSegmentationResult<Holding<Parts, Classes>, Classes>
    | SemanticSegmentationResult<Holding<Parts, Classes>, Classes>[]
  >;
  infer<const Parts extends readonly ResultPart[] | undefined = undefined>(
    images: ImageSource | readonly ImageSource[],
    options?: ListInferOptions<Parts, "throw", Classes>,
  ): Promise<
    | SemanticSegmentationResult<HoldingOrDefault<Parts, Classes>, Classes>
    | SemanticSegmentationResult<HoldingOrDefault<Parts, Classes>, Classes>[]
  >;
  inspect<const Parts extends readonly ResultPart[]>(
    image: ImageSource,
    options: InferOptions<Parts, Classes> & Including<Parts>,
  ): Promise<Inspection<Holding<Parts, Classes>, Classes>>;
  inspect<const Parts extends readonly ResultPart[] | undefined = undefined>(
    image: ImageSource,
    options?: InferOptions<Parts, Classes>,
  ): Promise<Inspection<HoldingOrDefault<Parts, Classes>, Classes>>;
  explainPixel(
    image: ImageSource,
    place: PixelPlace,
    options?: ExplainOptions<Classes>,
  ): Promise<PixelExplanation<Classes>>;
  stream<
    Image extends ImageSource,
    const Parts extends readonly ResultPart[],
    const OnError extends OnFrameError = "throw",
  >(
    source: FrameSource<Image>,
    options: StreamOptions<Parts, OnError, Classes> & Including<Parts>,
  ): ResultStream<
    | StreamItem<Image, Holding<Parts, Classes>, Classes>
    | (OnError extends "result" ? StreamFailure<Image> : never)
  >;
  stream<
    Image extends ImageSource,
    const Parts extends readonly ResultPart[] | undefined = undefined,
    const OnError extends OnFrameError = "throw",
  >(
    source: FrameSource<Image>,
    options?: StreamOptions<Parts, OnError, Classes>,
  ): ResultStream<
    | StreamItem<Image, HoldingOrDefault<Parts, Classes>, Classes>
    | (OnError extends "result" ? StreamFailure<Image> : never)
  >;
  allocateImage(width: number, height: number, format?: ColorFormat): Buffer;
  registerBuffer(memory: ArrayBufferView | SharedArrayBuffer): BufferRegistration;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export declare class SemanticSegmentationResult<
  Held extends ResultValues = Holding<AtLeastDefaultParts>,
  Classes extends string = string,
> implements Disposable
{
  #private;
  readonly width: number;
  readonly height: number;
  readonly segmentationMap: Held["segmentationMap"];
  readonly confidence: Held["confidence"];
  readonly classAreas: Held["classAreas"];
  readonly probabilities: Held["probabilities"];
  readonly overlayImage: Held["overlayImage"];
  readonly classNames: readonly Classes[];
  readonly backgroundClassId: number;
  readonly idCount: number;
  readonly imageMetadata: ImageMetadata;
  readonly timings: Timings;
  readonly nonFinitePixels: number;
  readonly error?: undefined;
  classStats(options?: ClassStatsOptions): Promise<ClassStats<Classes>[]>;
  overlay<Format extends PictureFormat = "rgba">(
    options?: OverlayOptions<Format>,
  ): Promise<PictureOf<Format>>;
  colorize<Format extends PictureFormat = "rgba">(
    options?: ColorizeOptions<Format>,
  ): Promise<PictureOf<Format>>;
  legend<Format extends PictureFormat = "rgba">(options?: LegendOptions<Format>): Promise<PictureOf<Format>>;
  toPNG(options?: PngOptions): Promise<Buffer>;
  toRLE(
    options?: RleOptions & {
      readonly compressed?: true | undefined;
    },
  ): Promise<ClassRle<string>[]>;
  toRLE(
    options: RleOptions & {
      readonly compressed: false;
    },
  ): Promise<ClassRle<number[]>[]>;
  toRLE(options?: RleOptions): Promise<ClassRle[]>;
  toPolygons(options?: PolygonOptions): Promise<ClassPolygons[]>;
  toCOCO(fileName: string, options?: CocoOptions): Promise<CocoFile>;
  toLabelStudio(options?: LabelStudioOptions): Promise<LabelStudioPrediction>;
  toTransferable(): Promise<TransferableResult<Held, Classes>>;
  dispose(): void;
  [Symbol.dispose](): void;
}

export interface SessionOptions {
  readonly intraOpThreads?: number | undefined;
  readonly interOpThreads?: number | undefined;
  readonly graphOptimization?: "disabled" | "basic" | "extended" | "all" | undefined;
  readonly memoryArena?: boolean | undefined;
  readonly memoryPattern?: boolean | undefined;
  readonly spinning?: boolean | undefined;
  readonly executionProvider?: "auto" | "cpu" | "cuda" | "tensorrt" | undefined;
  readonly providerOptions?: Readonly<Record<string, string | number | boolean>> | undefined;
}

export interface SharpLike {
  clone(): SharpLike;
  removeAlpha(): SharpLike;
  toColourspace(name: string): SharpLike;
  raw(options: { readonly depth: "uchar" }): SharpLike;
  toBuffer(options: { readonly resolveWithObject: true }): Promise<SharpPixels>;
}

export interface SharpPixels {
  readonly data: Uint8Array;
  readonly info: {
    readonly width: number;
    readonly height: number;
    readonly channels: number;
  };
}

export interface StageInfo {
  readonly preprocess: "cpu" | "cuda";
  readonly contrast: "cpu";
  readonly postprocess: "cpu" | "cuda";
}

export interface StageStats {
  readonly mean: number;
  readonly max: number;
}

export interface StaticCropPercents {
  readonly xMin: number;
  readonly xMax: number;
  readonly yMin: number;
  readonly yMax: number;
}

export interface StreamFailure<Image> {
  readonly index: number;
  readonly image: Image;
  readonly result?: undefined;
  readonly error: DeepLabError;
  readonly skipped: number;
}

export interface StreamItem<
  Image,
  Held extends ResultValues = Holding<AtLeastDefaultParts>,
  Classes extends string = string,
> {
  readonly index: number;
  readonly image: Image;
  readonly result: SemanticSegmentationResult<Held, Classes>;
  readonly error?: undefined;
  readonly skipped: number;
}

export interface StreamOptions<
  Parts extends readonly ResultPart[] | undefined = DefaultParts,
  OnError extends OnFrameError = "throw",
  Classes extends string = string,
> extends Omit<InferOptions<Parts, Classes>, "out"> {
  readonly ordered?: boolean | undefined;
  readonly concurrency?: number | undefined;
  readonly latestOnly?: boolean | undefined;
  readonly onError?: OnError | undefined;
}

export interface StreamStats {
  readonly received: number;
  readonly answered: number;
  readonly skipped: number;
  readonly failed: number;
}

export interface Tensor {
  readonly dtype: "float32" | "float16";
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array;
}

export interface TensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface Timings {
  readonly decode: number;
  readonly queue: number;
  readonly preprocess: number;
  readonly network: number;
  readonly postprocess: number;
  readonly total: number;
}

export interface TransferableResult<
  Held extends ResultValues = ResultValues,
  Classes extends string = string,
> {
  readonly value: ResultData<Held, Classes>;
  readonly transferList: ArrayBuffer[];
}

export interface UndecidedPixel<Classes extends string> extends PixelFacts<Classes> {
  readonly rule: "outside-static-crop" | "not-finite";
  readonly winner: null;
  readonly top: readonly [];
}

export interface WarmUpOptions {
  readonly sizes?: readonly PictureSize[] | undefined;
  readonly batch?: number | undefined;
  readonly rounds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type WarningCode =
  | "BUFFER_NOT_REGISTERED"
  | "CACHE_UNAVAILABLE"
  | "ENGINE_BUILD_FAILED"
  | "IMAGE_SIZE_IGNORED"
  | "LOG_LISTENER_FAILED"
  | "NON_FINITE_LOGITS"
  | "PACKAGE_MODEL_CONFIG"
  | "RESIZE_MODE_SUBSTITUTED";

export interface WebByteReader {
  read(): Promise<{
    readonly done: boolean;
    readonly value?: Uint8Array | undefined;
  }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

export interface WebByteStream {
  readonly locked: boolean;
  getReader(): WebByteReader;
}

export declare function classColor(id: number, backgroundClassId: number): Rgba;

export declare function classStats(
  maps: SegmentationMaps & {
    readonly confidence: Float32Array;
  },
  options?: ClassStatsOptions,
): Promise<ClassStats[]>;
export declare function classStats(
  maps: SegmentationMaps,
  options?: ClassStatsOptions,
): Promise<ClassStats<string, number | null>[]>;

export declare function colorize<Format extends PictureFormat = "rgba">(
  maps: SegmentationMaps,
  options?: ColorizeOptions<Format>,
): Promise<PictureOf<Format>>;

export declare function compilePackage(
  location: string | URL,
  options?: CompileOptions,
): Promise<CompileReport>;

export declare function decodeRLE(rle: Rle): Uint8Array;

export declare const errorCodes: readonly [
  "PACKAGE_NOT_FOUND",
  "PACKAGE_MISSING_FILE",
  "PACKAGE_UNREADABLE",
  "PACKAGE_INVALID",
  "PACKAGE_EXTERNAL_DATA",
  "PACKAGE_WEIGHTS_INVALID",
  "PACKAGE_CLASS_MISMATCH",
  "PACKAGE_INPUT_MISMATCH",
  "IMAGE_NOT_FOUND",
  "IMAGE_UNREADABLE",
  "IMAGE_EMPTY",
  "IMAGE_UNSUPPORTED",
  "IMAGE_CORRUPT",
  "IMAGE_TOO_LARGE",
  "IMAGE_INVALID",
  "IMAGE_TOO_THIN",
  "IMAGE_EMPTY_CROP",
  "IMAGE_SIZES_DIFFER",
  "IMAGE_DECODER_UNAVAILABLE",
  "NETWORK_NOT_ALLOWED",
  "NETWORK_FORBIDDEN_ADDRESS",
  "NETWORK_TIMEOUT",
  "NETWORK_TOO_LARGE",
  "NETWORK_FAILED",
  "OPTION_UNKNOWN",
  "OPTION_INVALID",
  "BACKEND_UNAVAILABLE",
  "BACKEND_ADDON_UNAVAILABLE",
  "BACKEND_FAILED",
  "ENGINE_INVALID",
  "ENGINE_VERSION_MISMATCH",
  "ENGINE_DEVICE_MISMATCH",
  "ENGINE_UNTRUSTED",
  "ENGINE_BUILD_FAILED",
  "ENGINE_INACCURATE",
  "DEVICE_UNAVAILABLE",
  "DEVICE_FAILED",
  "DEVICE_LOST",
  "DEVICE_OUT_OF_MEMORY",
  "NON_FINITE_LOGITS",
  "EMPTY_BATCH",
  "OUT_OF_MEMORY",
  "ABORTED",
  "QUEUE_FULL",
  "DEADLINE_EXCEEDED",
  "CLOSED",
  "RESULT_DISPOSED",
  "INTERNAL",
];

export declare function legend<Format extends PictureFormat = "rgba">(
  source: SegmentationMaps | readonly string[],
  options?: LegendOptions<Format>,
): Promise<PictureOf<Format>>;

export declare function overlay<Format extends PictureFormat = "rgba">(
  image: ImageSource | undefined,
  maps: SegmentationMaps,
  options?: OverlaySettings<Format>,
): Promise<PictureOf<Format>>;

export declare function toCOCO(items: ExportItems<CocoItem>, options?: CocoOptions): Promise<CocoFile>;

export declare function toCVAT(
  folder: string,
  items: ExportItems,
  options?: CvatOptions,
): Promise<CvatReport>;

export declare function toLabelStudio(
  maps: SegmentationMaps,
  options?: LabelStudioOptions,
): Promise<LabelStudioPrediction>;

export declare function toPNG(maps: SegmentationMaps, options?: PngOptions): Promise<Buffer>;

export declare function toPolygons(
  maps: SegmentationMaps,
  options?: PolygonOptions,
): Promise<ClassPolygons[]>;

export declare function toRLE(
  maps: SegmentationMaps,
  options?: RleOptions & {
    readonly compressed?: true | undefined;
  },
): Promise<ClassRle<string>[]>;
export declare function toRLE(
  maps: SegmentationMaps,
  options: RleOptions & {
    readonly compressed: false;
  },
): Promise<ClassRle<number[]>[]>;
export declare function toRLE(maps: SegmentationMaps, options?: RleOptions): Promise<ClassRle[]>;
