// A package folder, read and checked as a whole before any native code sees it.

import { stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { DeepLabError } from "../errors.js";
import { show } from "../show.js";
import { warn } from "../warnings.js";
import { type ClassNames, readClassNames } from "./class-names.js";
import { type PackageEngine, readEngine } from "./engine-package.js";
import { externalDataFiles } from "./external-data.js";
import { packageFiles, readPackageFile } from "./files.js";
import { type InferenceConfig, readInferenceConfig } from "./inference-config.js";
import { checkLfsPointer } from "./lfs-pointer.js";
import { type ModelConfig, readModelConfig } from "./model-config.js";
import { findFormat, type PackageFormat, weightsFiles } from "./package-format.js";

export type { PackageFormat } from "./package-format.js";

/** What of a folder is wanted, and what may be loaded of it. */
export interface PackageChoice {
  /** `"auto"`: weights.onnx, or an engine where there is no other. */
  readonly backend: "auto" | PackageFormat;
  /** Take an engine from whomever it is. */
  readonly trustEngine: boolean;
}

/** Everything a package folder says. */
export interface ModelPackage {
  /** Absolute path. */
  readonly folder: string;
  readonly format: PackageFormat;
  /** Absolute path of the weights. */
  readonly weightsPath: string;
  /** Bytes of the weights and of their external data. */
  readonly weightsByteLength: number;
  /** Sizes and times of those files: tells a replaced one from the one that is loaded already. */
  readonly weightsFingerprint: string;
  readonly classes: ClassNames;
  readonly config: InferenceConfig;
  readonly modelConfig: ModelConfig;
  /** What lies beside an engine; null for other formats. */
  readonly engine: PackageEngine | null;
}

const anyOwn: PackageChoice = { backend: "auto", trustEngine: false };

/**
 * Reads and checks a package folder.
 * @param location A path, or a `file:` URL as object or text.
 * @throws DeepLabError PACKAGE_NOT_FOUND, PACKAGE_MISSING_FILE, PACKAGE_UNREADABLE, PACKAGE_INVALID,
 *   PACKAGE_EXTERNAL_DATA, PACKAGE_WEIGHTS_INVALID, ENGINE_UNTRUSTED, BACKEND_UNAVAILABLE, OPTION_INVALID
 */
export async function readModelPackage(
  location: string | URL,
  { backend, trustEngine }: PackageChoice = anyOwn,
): Promise<ModelPackage> {
  const folder = await packageFolder(location);
  const format = await findFormat(folder, backend);
  const classes = await readClassNames(folder);
  const config = await readInferenceConfig(folder);
  const modelConfig = await readModelConfig(folder, { format, chosen: backend !== "auto" });
  const weights = await readWeights(folder, format, trustEngine);
  warnOfSubstitute(folder, config);
  return { folder, format, ...weights, classes, config, modelConfig };
}

async function readWeights(folder: string, format: PackageFormat, trustEngine: boolean) {
  const weightsPath = path.join(folder, weightsFiles[format]);
  if (format === "onnx") {
    return { weightsPath, ...(await describeFiles(await onnxFiles(folder, weightsPath))), engine: null };
  }
  // Described first: an engine that is replaced while it is judged is not taken for the one that was.
  const described = await describeFiles([weightsPath]);
  return { weightsPath, ...described, engine: await readEngine(folder, trustEngine) };
}

// The network and its external data.
async function onnxFiles(folder: string, weightsPath: string): Promise<string[]> {
  const weights = await readPackageFile(folder, packageFiles.onnxWeights);
  checkLfsPointer(weights, weightsPath);
  return [weightsPath, ...(await externalDataFiles(weights, weightsPath))];
}

/** Size and fingerprint of a package's weights. */
export async function describeFiles(files: readonly string[]) {
  const stats = await Promise.all(files.map((file) => stat(file, { bigint: true })));
  return {
    weightsByteLength: stats.reduce((sum, { size }) => sum + Number(size), 0),
    weightsFingerprint: stats.map(({ ino, size, mtimeNs }) => `${ino} ${size} ${mtimeNs}`).join(", "),
  };
}

async function packageFolder(location: string | URL): Promise<string> {
  const folder = path.resolve(toPath(location));
  try {
    if ((await stat(folder)).isDirectory()) return folder;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw notFound(
      location,
      folder,
      code === "ENOENT" ? "does not exist" : String((error as Error).message),
      error,
    );
  }
  throw notFound(location, folder, "is not a folder");
}

function toPath(location: unknown): string {
  const isUrl = location instanceof URL || (typeof location === "string" && location.startsWith("file:"));
  try {
    if (isUrl) return fileURLToPath(location);
  } catch (error) {
    throw new DeepLabError(
      "OPTION_INVALID",
      `${show(String(location))} is not a file: URL of this machine.`,
      {
        cause: error,
        detail: { option: "location", found: show(String(location)), expected: "a file: URL" },
      },
    );
  }
  if (typeof location === "string" && location !== "") return location;
  throw new DeepLabError(
    "OPTION_INVALID",
    `Expected the package to be a folder's path or file: URL but received ${show(location)}.`,
    { detail: { option: "location", found: show(location), expected: "a folder's path or file: URL" } },
  );
}

function notFound(location: string | URL, folder: string, what: string, cause?: unknown): DeepLabError {
  return new DeepLabError("PACKAGE_NOT_FOUND", `There is no model package at ${folder}: it ${what}.`, {
    detail: { package: String(location), folder },
    hint:
      "pass the folder that holds weights.onnx or engine.plan, class_names.txt and inference_config.json. " +
      "Ids of the Roboflow platform are not yet supported in this version: download the package first.",
    cause,
  });
}

function warnOfSubstitute(folder: string, config: InferenceConfig): void {
  if (config.declaredResizeMode !== "fit-longer-edge") return;
  warn(
    "RESIZE_MODE_SUBSTITUTED",
    `${folder} was trained with resize mode "fit-longer-edge", which a network of fixed input size cannot take; ` +
      '"letterbox" with black edges is used instead, as the reference does.',
  );
}
