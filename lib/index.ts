// The public face of the package: everything a user can import, and nothing else.

export type { OnFull } from "./admission.js";
export { AutoModel } from "./auto-model.js";
export type { ClassStats } from "./class-stats.js";
export type { AxisSize, CoordinateMode, Interpolation } from "./convert/head-cut/interpolation.js";
export { DeepLabError, type ErrorCode, errorCodes } from "./errors.js";
export type { ColorFormat, RawImage } from "./image/raw.js";
export type { ImageSource } from "./image/source.js";
export type {
  AtLeastDefaultParts,
  DefaultParts,
  Holding,
  IfIncluded,
  ResultPart,
  ResultValues,
} from "./include.js";
export type { InferOptions } from "./infer-options.js";
export type { Inspection, Tensor } from "./inspection.js";
export { SemanticSegmentationModel } from "./model.js";
export type { HeadCutInfo, ModelInfo, TensorInfo } from "./model-info.js";
export type { BatchingInfo, ModelStats, StageStats } from "./model-stats.js";
export type { FromPretrainedOptions, SessionOptions } from "./options.js";
export type { OutputArrays } from "./output.js";
export type { InferenceConfig, StaticCropPercents } from "./packages/inference-config.js";
export type { PackageFormat } from "./packages/model-package.js";
export { Probabilities } from "./probabilities.js";
export { type ImageMetadata, SemanticSegmentationResult, type Timings } from "./result.js";
export type { FrameReader, FrameSource } from "./stream/frames.js";
export type { ResultStream, StreamFailure, StreamItem, StreamStats } from "./stream/items.js";
export type { OnFrameError, StreamOptions } from "./stream/options.js";
export type { Confidence, RecommendedParameters } from "./thresholds.js";
export type { OverlayOptions, RgbaImage } from "./visualize/overlay.js";
export { classColor, type Rgba } from "./visualize/palette.js";
export type { PictureSize, WarmUpOptions } from "./warm-up.js";
export type { WarningCode } from "./warnings.js";
