// Label Studio's predictions: brush masks, which its import takes as they are.

import { booleanOption, optionObject, signalOption, stringOption } from "../checks.js";
import { callSite, fromNative } from "../errors.js";
import { checkMaps, type SegmentationMaps } from "../visualize/maps.js";
import type { ClassChoice } from "./classes.js";
import { exportMasks } from "./masks.js";
import { areaOption } from "./polygons.js";
import { listOf, Turns } from "./turns.js";

/** Options of {@link toLabelStudio}. */
export interface LabelStudioOptions {
  /** Which classes, by name or id. @default all but the background */
  readonly classes?: ClassChoice | undefined;
  /** Name of the `BrushLabels` tag of the labelling configuration. @default "tag" */
  readonly fromName?: string | undefined;
  /** Name of its `Image` tag. @default "image" */
  readonly toName?: string | undefined;
  /** One brush mask a connected region (pixels that touch along an edge) instead of one a class. @default false */
  readonly perComponent?: boolean | undefined;
  /** Regions of fewer pixels are left out; needs `perComponent`. @default 0 */
  readonly minArea?: number | undefined;
  /**
   * Whether each mask carries `score`, the mean confidence of its pixels, and the prediction that of all of them; the
   * maps need one. @default false
   */
  readonly scores?: boolean | undefined;
  /** What Label Studio shows as the model's version. */
  readonly modelVersion?: string | undefined;
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A brush mask: an entry of `result` of a prediction or an annotation. */
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
    /** Bytes of Label Studio's brush code. */
    readonly rle: number[];
    /** The class's name. */
    readonly brushlabels: [string];
  };
  readonly score?: number;
}

/** An entry of a task's `predictions`; its `result` is that of an annotation too. */
export interface LabelStudioPrediction {
  readonly model_version?: string;
  readonly score?: number;
  readonly result: BrushResult[];
}

const known = [
  "classes",
  "fromName",
  "toName",
  "perComponent",
  "minArea",
  "scores",
  "modelVersion",
  "signal",
];

/**
 * The class map as brush masks of Label Studio, in order of the class ids; classes without a pixel have none. Masks have
 * the size of the picture, also where the maps are of a crop at its top left.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID, IMAGE_TOO_LARGE (2^30 pixels); `signal.reason`
 */
export function toLabelStudio(
  maps: SegmentationMaps,
  options: LabelStudioOptions = {},
): Promise<LabelStudioPrediction> {
  return fromNative(predict(maps, options), callSite(toLabelStudio));
}

async function predict(given: SegmentationMaps, options: LabelStudioOptions): Promise<LabelStudioPrediction> {
  const read = optionObject(options, "options of toLabelStudio()", known);
  const maps = checkMaps(given, "toLabelStudio()");
  const fromName = stringOption(read.fromName, "fromName") ?? "tag";
  const toName = stringOption(read.toName, "toName") ?? "image";
  const modelVersion = stringOption(read.modelVersion, "modelVersion");
  const scores = booleanOption(read.scores, "scores", false);
  const byRegion = booleanOption(read.perComponent, "perComponent", false);
  const signal = signalOption(read.signal);
  const masks = await exportMasks({
    maps,
    where: "toLabelStudio()",
    classes: read.classes,
    format: "brush",
    byRegion,
    minArea: areaOption(read.minArea, byRegion, "perComponent"),
    wholePicture: true,
    scores,
    signal,
  });
  const turns = new Turns(signal);
  const result: BrushResult[] = [];
  let [area, sum] = [0, 0];
  for (const mask of masks) {
    if (turns.due) await turns.next();
    area += mask.area;
    sum += mask.meanConfidence * mask.area;
    result.push({
      id: `deeplab-rt-${result.length + 1}`,
      type: "brushlabels",
      from_name: fromName,
      to_name: toName,
      original_width: maps.sourceWidth,
      original_height: maps.sourceHeight,
      image_rotation: 0,
      value: { format: "rle", rle: await listOf(mask.bytes, turns), brushlabels: [mask.name] },
      ...(scores ? { score: mask.meanConfidence } : {}),
    });
  }
  return {
    ...(modelVersion === undefined ? {} : { model_version: modelVersion }),
    ...(scores ? { score: area === 0 ? 0 : sum / area } : {}),
    result,
  };
}
