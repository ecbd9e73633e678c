// model_config.json: optional; says what the folder holds. It is checked, not obeyed: what is run is
// decided by the weights that are there.

import path from "node:path";
import { DeepLabError } from "../errors.js";
import { show } from "../show.js";
import { warn } from "../warnings.js";
import { hasFile, packageFiles, readPackageJson } from "./files.js";
import { type PackageFormat, weightsFiles } from "./package-format.js";

const asDeepLab = "the package is opened as a DeepLabV3+ segmentation model all the same";

/** How the folder is opened. */
export interface OpenedAs {
  readonly format: PackageFormat;
  /** The caller named the format, so that nothing the file says of it could surprise. */
  readonly chosen: boolean;
}

/** Field, what it should say, and what is done where it says something else. */
function expected({ format, chosen }: OpenedAs): (readonly [string, string, string])[] {
  return [
    ["model_architecture", "deep-lab-v3-plus", asDeepLab],
    ["task_type", "semantic-segmentation", asDeepLab],
    ...(chosen ? [] : [["backend_type", format, `what is run is ${weightsFiles[format]}`] as const]),
  ];
}

/** What model_config.json says; all null without the file. */
export interface ModelConfig {
  readonly modelId: string | null;
  readonly architecture: string | null;
  readonly taskType: string | null;
  readonly backendType: string | null;
}

/**
 * Reads `model_config.json` where there is one. Another architecture, task or backend is a warning
 * (`PACKAGE_MODEL_CONFIG`): the reference's DeepLabV3+ class opens such a folder, and a network that
 * does not fit is an error by itself.
 * @throws DeepLabError PACKAGE_INVALID where the file is broken
 */
export async function readModelConfig(folder: string, opened: OpenedAs): Promise<ModelConfig> {
  const none = { modelId: null, architecture: null, taskType: null, backendType: null };
  if (!(await hasFile(folder, packageFiles.modelConfig))) return none;
  const file = path.join(folder, packageFiles.modelConfig);
  const json = await readPackageJson(folder, packageFiles.modelConfig);
  const text = (field: string) => optionalText(json[field], field, file);
  const config = {
    modelId: text("model_id"),
    architecture: text("model_architecture"),
    taskType: text("task_type"),
    backendType: text("backend_type"),
  };
  warnOfOthers(file, json, opened);
  return config;
}

function optionalText(value: unknown, field: string, file: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  const found = show(value);
  throw new DeepLabError("PACKAGE_INVALID", `${file}: ${field} is ${found}, allowed: a string or null.`, {
    detail: { file, field, found, allowed: "a string or null" },
  });
}

function warnOfOthers(file: string, json: Record<string, unknown>, opened: OpenedAs): void {
  for (const [field, value, instead] of expected(opened)) {
    const found = json[field];
    if (typeof found !== "string" || found === value) continue;
    const message = `${file} says ${field} ${show(found)}, expected ${show(value)}; ${instead}.`;
    warn("PACKAGE_MODEL_CONFIG", message);
  }
}
