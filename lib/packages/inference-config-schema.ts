// The schema of inference_config.json: which fields there are, what each may hold, and what of it can
// work at all. Unknown keys are ignored, as the reference does (`static_crop` is not `static-crop`).

import { z } from "zod";
import { finite, integer, truth, word } from "./lax.js";

// A longer side would need gigabytes for one input tensor.
const maxSide = 16384;

const object = { error: "an object {…}" };

const enabledOnly = z.object({ enabled: truth() }, object);

const percent = () => integer("a whole number (percent)");

// A crop that is switched off may hold anything; one that is on must leave something of a picture.
const staticCrop = z
  .object(
    { enabled: truth(), x_min: percent(), x_max: percent(), y_min: percent(), y_max: percent() },
    object,
  )
  .superRefine((crop, context) => {
    for (const axis of ["x", "y"] as const) {
      const [min, max] = [crop[`${axis}_min`], crop[`${axis}_max`]];
      if (!crop.enabled || (min >= 0 && min < max && min < 100 && max <= 10000)) continue;
      const allowed = `percents with 0 ≤ ${axis}_min < ${axis}_max and ${axis}_min < 100`;
      context.addIssue({
        code: "custom",
        message: `${allowed} (${axis}_max is ${max})`,
        path: [`${axis}_min`],
      });
    }
  });

const contrast = z.object(
  {
    enabled: truth(),
    type: word(["Adaptive Equalization", "Contrast Stretching", "Histogram Equalization"]),
  },
  object,
);

const imagePreProcessing = z.object(
  {
    "auto-orient": enabledOnly.nullish(),
    "static-crop": staticCrop.nullish(),
    contrast: contrast.nullish(),
    grayscale: enabledOnly.nullish(),
  },
  object,
);

const side = () => integer(`a whole number from 1 to ${maxSide} (pixels)`, 1, maxSide);
const inputSize = z.object({ height: side(), width: side() }, object);

// The reference ignores these sizes, so only their kind is checked.
const ignoredSize = z.object({ height: integer(), width: integer() }, object);

const spatialMode = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("pad-to-be-divisible"), value: integer() }, object),
    z.object({ type: z.literal("any-size") }, object),
  ],
  { error: '{"type": "any-size"} or {"type": "pad-to-be-divisible", "value": a whole number}' },
);

// One value stands for all three channels, as it does in the reference.
const perChannel = (allowed: string, accept?: (value: number) => boolean) =>
  z
    .array(finite(allowed, accept), { error: "a list of three numbers" })
    .refine((values) => values.length === 3 || values.length === 1, {
      error: "three numbers, or one for all",
    });

// What float32 rounds to 0 divides by zero in the network's arithmetic.
const nonZero = (value: number) => Math.fround(value) !== 0;

const normalization = z.tuple([perChannel("a number"), perChannel("a number other than 0", nonZero)], {
  error: "two lists of three numbers: [[mean, …], [std, …]]",
});

const networkInput = z
  .object(
    {
      training_input_size: inputSize.nullish(),
      dataset_version_resize_dimensions: ignoredSize.nullish(),
      dynamic_spatial_size_supported: truth(),
      dynamic_spatial_size_mode: spatialMode.nullish(),
      color_mode: word(["bgr", "rgb"]),
      resize_mode: word([
        "stretch",
        "letterbox",
        "center-crop",
        "fit-longer-edge",
        "letterbox-reflect-edges",
      ]),
      padding_value: integer().nullish(),
      input_channels: integer("3", 3, 3),
      scaling_factor: finite("a number other than 0", nonZero).nullish(),
      normalization: normalization.nullish(),
    },
    object,
  )
  .superRefine((input, context) => {
    const anySize =
      input.dynamic_spatial_size_supported && input.dynamic_spatial_size_mode?.type === "any-size";
    if (input.training_input_size != null || anySize) return;
    const message =
      'an object {"height", "width"}; it may be absent only with dynamic_spatial_size_supported and mode "any-size"';
    context.addIssue({ code: "custom", message, path: ["training_input_size"] });
  });

const forwardPass = z.object(
  { static_batch_size: integer().nullish(), max_dynamic_batch_size: integer().nullish() },
  object,
);

const nmsParameters = z.object(
  {
    max_detections: integer(),
    confidence_threshold: finite(),
    iou_threshold: finite(),
    class_agnostic: integer(),
  },
  object,
);

const postProcessing = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("nms"), fused: truth(), nms_parameters: nmsParameters.nullish() }, object),
    z.object({ type: z.literal("softmax"), fused: truth() }, object),
    z.object({ type: z.literal("sigmoid"), fused: truth() }, object),
  ],
  { error: 'an object whose type is "softmax", "sigmoid" or "nms"' },
);

const classNamesOperation = z.object(
  { type: word(["class_name_removal"]), class_name: z.string({ error: "a string" }) },
  object,
);

/** The whole file. */
export const inferenceConfigSchema = z.object(
  {
    image_pre_processing: imagePreProcessing.nullish(),
    network_input: networkInput,
    forward_pass: forwardPass.optional(),
    post_processing: postProcessing.nullish(),
    model_initialization: z.record(z.string(), z.unknown(), object).nullish(),
    class_names_operations: z.array(classNamesOperation, { error: "a list" }).nullish(),
  },
  object,
);

/** The file's content once checked. */
export type InferenceConfigFile = z.output<typeof inferenceConfigSchema>;
