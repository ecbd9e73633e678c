// trt_config.json: the batch sizes that a TensorRT engine was built for. TensorRT knows them too, but the reference
// goes by this file, and a file that does not fit shows that the two do not belong together.

import path from "node:path";
import { z } from "zod";
import { packageFiles, readPackageJson } from "./files.js";
import { schemaError } from "./schema-error.js";

/** Batch sizes of an engine; all the same where it has one only. */
export interface EngineBatch {
  readonly min: number;
  /** What the engine is quickest at. */
  readonly opt: number;
  readonly max: number;
}

// More images than native code ever puts into one run.
const mostImages = 65536;
const allowed = `a whole number from 1 to ${mostImages}`;
const size = z.int({ error: allowed }).min(1, { error: allowed }).max(mostImages, { error: allowed });

// As in the reference, null is nothing, and a static size makes the others meaningless.
const staticSchema = z.object({ static_batch_size: size });
const dynamicSchema = z
  .object({ dynamic_batch_size_min: size, dynamic_batch_size_opt: size, dynamic_batch_size_max: size })
  .superRefine((sizes, context) => {
    const { dynamic_batch_size_min: min, dynamic_batch_size_opt: opt, dynamic_batch_size_max: max } = sizes;
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: "custom", message, path: [field] });
    if (min > max) refuse("dynamic_batch_size_min", `at most dynamic_batch_size_max (${max})`);
    else if (opt < min) refuse("dynamic_batch_size_opt", `at least dynamic_batch_size_min (${min})`);
    else if (opt > max) refuse("dynamic_batch_size_opt", `at most dynamic_batch_size_max (${max})`);
  });

/**
 * Reads and checks `trt_config.json`.
 * @throws DeepLabError PACKAGE_MISSING_FILE, PACKAGE_UNREADABLE, PACKAGE_INVALID
 */
export async function readTrtConfig(folder: string): Promise<EngineBatch> {
  const json = await readPackageJson(folder, packageFiles.tensorRtConfig);
  return parseTrtConfig(json, path.join(folder, packageFiles.tensorRtConfig));
}

/** The checks of {@link readTrtConfig} on the file's parsed JSON. */
export function parseTrtConfig(json: Readonly<Record<string, unknown>>, file: string): EngineBatch {
  const fixed = json.static_batch_size;
  if (fixed !== undefined && fixed !== null) {
    const parsed = staticSchema.safeParse(json);
    if (!parsed.success) throw schemaError(parsed.error.issues, json, file);
    const { static_batch_size: only } = parsed.data;
    return { min: only, opt: only, max: only };
  }
  const parsed = dynamicSchema.safeParse(json);
  if (!parsed.success) throw schemaError(parsed.error.issues, json, file);
  const {
    dynamic_batch_size_min: min,
    dynamic_batch_size_opt: opt,
    dynamic_batch_size_max: max,
  } = parsed.data;
  return { min, opt, max };
}
