// Why a pixel has the class it has: what the network thought of it, and which rule of post-processing decided.

import { checkPixel, type ExplainSettings } from "./explain-options.js";
import type { ImageSource } from "./image/source.js";
import type { Holding } from "./include.js";
import { first, type Inference } from "./inference.js";
import type { ModelFacts } from "./model-facts.js";
import { idsOfChannels } from "./probabilities.js";
import type { SemanticSegmentationResult } from "./result.js";
import { show } from "./show.js";
import { parseConfidence } from "./thresholds.js";
import { nameOfClass } from "./visualize/maps.js";

/** A class that a pixel might have. */
export interface PixelClass<Classes extends string = string> {
  readonly id: number;
  readonly name: Classes;
  /** How likely it is, 0 to 1: softmax over all channels; of a network of one channel the sigmoid. */
  readonly probability: number;
  /** What it must reach; float32, as it is compared. */
  readonly threshold: number;
}

/** What every explanation says. */
export interface PixelFacts<Classes extends string> {
  /** The pixel, in the picture after EXIF orientation. */
  readonly x: number;
  readonly y: number;
  /** Its class in `segmentationMap`. */
  readonly classId: number;
  readonly className: Classes;
  /** Its value in `confidence`. */
  readonly confidence: number;
  /** False where the maps have no such pixel: they are smaller than the picture where a static crop starts at 0,0. */
  readonly inMaps: boolean;
  /** What decided, in one sentence for people. */
  readonly sentence: string;
}

/** A pixel that was decided by its probabilities. */
export interface PixelDecision<Classes extends string> extends PixelFacts<Classes> {
  /**
   * - `"arg-max"`: the likeliest class reaches its threshold, and the pixel has it;
   * - `"below-threshold"`: it does not, and the pixel is background with confidence 0;
   * - `"outside-center-crop"`: the network has not seen the pixel. Every channel is given the same logit there, so
   *   the first class is as likely as any, and is kept or not as its threshold says.
   */
  readonly rule: "arg-max" | "below-threshold" | "outside-center-crop";
  /** The likeliest class; of equals the first. */
  readonly winner: PixelClass<Classes>;
  /** The `topK` likeliest classes, `winner` first. Classes without a channel of the network are not among them. */
  readonly top: readonly PixelClass<Classes>[];
}

/** A pixel that is background whatever the network thought of it. */
export interface UndecidedPixel<Classes extends string> extends PixelFacts<Classes> {
  /**
   * - `"outside-static-crop"`: the package's static crop leaves the pixel out;
   * - `"not-finite"`: its logits are not finite numbers.
   */
  readonly rule: "outside-static-crop" | "not-finite";
  readonly winner: null;
  readonly top: readonly [];
}

/**
 * Why a pixel has its class; `rule` says which kind it is.
 * @typeParam Classes The model's class names.
 */
export type PixelExplanation<Classes extends string = string> =
  | PixelDecision<Classes>
  | UndecidedPixel<Classes>;

// What `include` must ask for.
const explainedParts = ["segmentationMap", "confidence", "probabilities"] as const;

// A result that holds what an explanation is made of.
type ExplainedResult = SemanticSegmentationResult<Holding<typeof explainedParts>>;

// What of a call an explanation needs.
interface PixelQuestion {
  readonly x: number;
  readonly y: number;
  readonly topK: number;
  // One threshold per class id.
  readonly thresholds: Float32Array;
}

type ModelClasses = Pick<ModelFacts, "classNames" | "backgroundClassId" | "channels">;

/**
 * Segments the picture and explains one pixel of the result, which it gives back at once.
 * @throws DeepLabError as `infer`; OPTION_INVALID for a pixel that the picture does not have
 */
export async function runExplanation(
  inference: Inference,
  facts: ModelFacts,
  image: ImageSource,
  settings: ExplainSettings,
): Promise<PixelExplanation> {
  const asked = { ...settings.infer, include: explainedParts };
  const { result } = first(await inference.run({ sources: [image], isList: false }, asked));
  try {
    checkPixel(settings, result.imageMetadata);
    const confidence = parseConfidence(settings.infer.confidence, facts.classNames);
    const question = { ...settings, thresholds: facts.thresholds(confidence) };
    return explainPixel(result as ExplainedResult, question, facts);
  } finally {
    result.dispose(); // planes of all classes are large
  }
}

// By the result itself.
function explainPixel(
  result: ExplainedResult,
  question: PixelQuestion,
  model: ModelClasses,
): PixelExplanation {
  const { x, y, topK } = question;
  const pixel = pixelFacts(result, question, model);
  const background = show(nameOfClass(model.classNames, model.backgroundClassId));
  const without = (rule: UndecidedPixel<string>["rule"], why: string) =>
    ({ ...pixel, rule, winner: null, top: [], sentence: `The pixel ${why}.` }) as const;
  if (isOutsideStaticCrop(result, x, y)) {
    const answer = pixel.inMaps ? `it is ${background} with confidence 0` : "the maps end before it";
    return without("outside-static-crop", `lies outside the static crop of the package: ${answer}`);
  }
  const classes = pixelClasses(result, question, model);
  // Of finite logits the likeliest class has at least 1/K, and one channel's sigmoid is 0 only below −87.
  if (result.nonFinitePixels > 0 && classes.every(({ probability }) => probability === 0)) {
    return without("not-finite", `has logits that are not finite: it is ${background} with confidence 0`);
  }
  const kept = pixel.confidence > 0 || pixel.classId !== model.backgroundClassId;
  const winner = winnerOf(classes, kept ? pixel.classId : undefined);
  const others = classes.filter((one) => one !== winner).sort((a, b) => b.probability - a.probability);
  const top = [winner, ...others].slice(0, topK);
  const unseen =
    isOutsideCenterCrop(result, x, y) &&
    classes.every(({ probability }) => probability === winner.probability);
  const rule = unseen ? "outside-center-crop" : kept ? "arg-max" : "below-threshold";
  const what = unseen
    ? "The center crop leaves the pixel out, so all classes are as likely, and the first is taken:"
    : classes.length === 1
      ? "The network has one class:"
      : "The likeliest class is";
  const verdict = kept
    ? `which reaches its threshold of ${brief(winner.threshold)}`
    : `below its threshold of ${brief(winner.threshold)}, so the pixel is ${background} with confidence 0`;
  const sentence = `${what} ${show(winner.name)} with ${brief(winner.probability)}, ${verdict}.`;
  return { ...pixel, rule, winner, top, sentence };
}

function pixelFacts(result: ExplainedResult, { x, y }: PixelQuestion, model: ModelClasses) {
  const inMaps = x < result.width && y < result.height;
  const at = y * result.width + x;
  const classId = (inMaps ? result.segmentationMap[at] : undefined) ?? model.backgroundClassId;
  const confidence = (inMaps ? result.confidence[at] : undefined) ?? 0;
  return { x, y, classId, className: nameOfClass(model.classNames, classId), confidence, inMaps };
}

// In the order of the channels.
function pixelClasses(
  { probabilities, width }: ExplainedResult,
  { x, y, thresholds }: PixelQuestion,
  model: ModelClasses,
): PixelClass[] {
  return idsOfChannels(model).map((id, channel) => ({
    id,
    name: nameOfClass(model.classNames, id),
    probability: probabilities.plane(channel)[y * width + x] ?? 0,
    threshold: thresholds[id] ?? 0,
  }));
}

// That of the map where the map has it: two classes may be equal but for the last bit.
function winnerOf(classes: readonly PixelClass[], id: number | undefined): PixelClass {
  const inMap = classes.find((one) => one.id === id);
  return inMap ?? classes.reduce((best, one) => (one.probability > best.probability ? one : best));
}

function isOutsideStaticCrop({ imageMetadata }: ExplainedResult, x: number, y: number): boolean {
  const { staticCrop: crop } = imageMetadata;
  return x < crop.x || y < crop.y || x >= crop.x + crop.width || y >= crop.y + crop.height;
}

// Negative pads say how much a center crop has cut off each side.
function isOutsideCenterCrop({ imageMetadata }: ExplainedResult, x: number, y: number): boolean {
  const { staticCrop: crop, resize } = imageMetadata;
  const isCut = (place: number, size: number, before: number, after: number) =>
    place < -before || place >= size + Math.min(after, 0);
  return (
    resize.mode === "center-crop" &&
    (isCut(x - crop.x, crop.width, resize.padLeft, resize.padRight) ||
      isCut(y - crop.y, crop.height, resize.padTop, resize.padBottom))
  );
}

// As few digits as tell a float32 from its neighbours: 0.3, not 0.30000001192092896.
function brief(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}
