// The public face of the package: everything a user can import, and nothing else.

export type { OnFull } from "./admission.js";
export { AutoModel } from "./auto-model.js";
export type { BufferRegistration } from "./buffer-registration.js";
export { type BoundingBox, type ClassStats, type ClassStatsOptions, classStats } from "./class-stats.js";
export type { AccuracyReport } from "./compile/accuracy.js";
export type { Agreement, ClassAgreement } from "./compile/agreement.js";
export type { EngineTarget } from "./compile/build-package.js";
export { type CompileReport, compilePackage } from "./compile/compile-package.js";
export type { EngineLoadOptions, EngineMode } from "./compile/load-options.js";
export type { CompileOptions, EngineOptions, EnginePrecision, ImageExtent } from "./compile/options.js";
export type { CompileProgress } from "./compile/progress.js";
export type { AxisSize, CoordinateMode, Interpolation } from "./convert/head-cut/interpolation.js";
export type { DeviceInfo, StageInfo } from "./device-info.js";
export type { ByteSize, DeviceOptions, MemoryMode } from "./device-options.js";
export type { InferTrace } from "./diagnostics.js";
export type { EngineBuildInfo } from "./engine-load.js";
export { DeepLabError, type ErrorCode, type ErrorExtras, errorCodes } from "./errors.js";
export type { ExplainOptions, PixelPlace } from "./explain-options.js";
export type {
  PixelClass,
  PixelDecision,
  PixelExplanation,
  PixelFacts,
  UndecidedPixel,
} from "./explain-pixel.js";
export type { ClassChoice } from "./export/classes.js";
export {
  type CocoAnnotation,
  type CocoFile,
  type CocoImage,
  type CocoItem,
  type CocoOptions,
  toCOCO,
} from "./export/coco.js";
export type { CocoCategory } from "./export/coco-categories.js";
export { type CvatOptions, type CvatReport, toCVAT } from "./export/cvat.js";
export type { ExportItem, ExportItems } from "./export/items.js";
export {
  type BrushResult,
  type LabelStudioOptions,
  type LabelStudioPrediction,
  toLabelStudio,
} from "./export/label-studio.js";
export type { Box } from "./export/masks.js";
export { type PngOptions, toPNG } from "./export/png.js";
export { type ClassPolygons, type Polygon, type PolygonOptions, toPolygons } from "./export/polygons.js";
export { type ClassRle, decodeRLE, type Rle, type RleOptions, toRLE } from "./export/rle.js";
export type { Base64Image } from "./image/base64.js";
export type { BlobLike } from "./image/blob.js";
export type { WebByteReader, WebByteStream } from "./image/byte-stream.js";
export type { EncodedBytes } from "./image/encoded.js";
export type { SharpLike, SharpPixels } from "./image/pipeline.js";
export type { ColorFormat, RawImage } from "./image/raw.js";
export type { ImageSource } from "./image/source.js";
export type { ImageMetadata } from "./image-metadata.js";
export type {
  AtLeastDefaultParts,
  Certain,
  DefaultParts,
  Holding,
  HoldingOrDefault,
  IfIncluded,
  Including,
  ResultPart,
  ResultValues,
} from "./include.js";
export type { InferFailure, OnImageError } from "./infer-failure.js";
export type { InferOptions, ListInferOptions } from "./infer-options.js";
export type { Inspection, Tensor } from "./inspection.js";
export type { LogLevel, LogLine, LogListener } from "./log.js";
export { SemanticSegmentationModel } from "./model.js";
export type { EngineInfo, HeadCutInfo, ModelInfo, TensorInfo } from "./model-info.js";
export type { BatchingInfo, ModelStats, StageStats } from "./model-stats.js";
export type { FromPretrainedOptions, RuntimeOptions, SessionOptions } from "./options.js";
export type { OutputArrays } from "./output.js";
export type { EngineBuild } from "./packages/engine-record.js";
export type { InferenceConfig, StaticCropPercents } from "./packages/inference-config.js";
export type { PackageFormat } from "./packages/model-package.js";
export type { EngineBatch } from "./packages/trt-config.js";
export { Probabilities } from "./probabilities.js";
export { SemanticSegmentationResult } from "./result.js";
export type { FrameReader, FrameSource, FrameStream } from "./stream/frames.js";
export type { ResultStream, StreamFailure, StreamItem, StreamStats } from "./stream/items.js";
export type { OnFrameError, StreamOptions } from "./stream/options.js";
export type { Confidence, RecommendedParameters } from "./thresholds.js";
export type { Timings } from "./timings.js";
export type { ProbabilityPlanes, ResultData, TransferableResult } from "./transferable.js";
export { type ColorizeOptions, colorize } from "./visualize/colorize.js";
export { type LegendOptions, type LegendPlacement, legend } from "./visualize/legend.js";
export type { SegmentationMaps } from "./visualize/maps.js";
export {
  type OverlayOptions,
  type OverlaySettings,
  type OverlayStyle,
  overlay,
} from "./visualize/overlay.js";
export { type Color, classColor, type Palette, type Rgba } from "./visualize/palette.js";
export type { PictureFormat, PictureOf, PictureOptions, RgbaImage } from "./visualize/picture.js";
export type { PictureSize, WarmUpOptions } from "./warm-up.js";
export type { WarningCode } from "./warnings.js";
