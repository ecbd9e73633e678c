// Reading the files of a package folder, with errors that name the file and what is wrong with it.

import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { DeepLabError } from "../errors.js";
import { show } from "../show.js";

/** The files a package is made of. */
export const packageFiles = {
  classNames: "class_names.txt",
  inferenceConfig: "inference_config.json",
  modelConfig: "model_config.json",
  onnxWeights: "weights.onnx",
  torchWeights: "weights.pt",
  tensorRtEngine: "engine.plan",
  tensorRtConfig: "trt_config.json",
  engineRecord: "deeplab_rt.json",
} as const;

/**
 * The bytes of a file of the package.
 * @throws DeepLabError PACKAGE_MISSING_FILE, PACKAGE_UNREADABLE
 */
export async function readPackageFile(folder: string, name: string): Promise<Uint8Array> {
  const file = path.join(folder, name);
  try {
    return await readFile(file);
  } catch (error) {
    throw readError(file, error);
  }
}

/** The text of a file of the package: strict UTF-8; a byte order mark is dropped. */
export async function readPackageText(folder: string, name: string): Promise<string> {
  const bytes = await readPackageFile(folder, name);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalidFile(path.join(folder, name), "is not valid UTF-8 text", {
      hint: "save it as UTF-8.",
      cause: error,
    });
  }
}

/** The JSON object in a file of the package. */
export async function readPackageJson(folder: string, name: string): Promise<Record<string, unknown>> {
  const file = path.join(folder, name);
  const text = await readPackageText(folder, name);
  const value = parseJson(file, text);
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  const found = Array.isArray(value) ? "a list" : show(value);
  throw invalidFile(file, `must hold one JSON object {…}, but holds ${found}`, { detail: { found } });
}

function parseJson(file: string, text: string): unknown {
  if (text.trim() === "") throw invalidFile(file, "is empty; it must hold one JSON object {…}", {});
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidFile(file, `is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Whether the folder holds this file (a link to one counts). */
export async function hasFile(folder: string, name: string): Promise<boolean> {
  try {
    return (await stat(path.join(folder, name))).isFile();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw readError(path.join(folder, name), error);
  }
}

interface InvalidFileExtras {
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly hint?: string;
  readonly cause?: unknown;
}

/** PACKAGE_INVALID about one file. */
export function invalidFile(file: string, what: string, extras: InvalidFileExtras): DeepLabError {
  const { detail, ...rest } = extras;
  return new DeepLabError("PACKAGE_INVALID", `${file} ${what}.`, { ...rest, detail: { file, ...detail } });
}

/** PACKAGE_MISSING_FILE about one file. */
export function missingFile(file: string, cause?: unknown): DeepLabError {
  return new DeepLabError(
    "PACKAGE_MISSING_FILE",
    `The model package lacks ${path.basename(file)}: ${file} is not a file.`,
    {
      detail: { file },
      cause,
    },
  );
}

function readError(file: string, error: unknown): DeepLabError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return missingFile(file, error);
  return new DeepLabError("PACKAGE_UNREADABLE", `${file} cannot be read: ${message}.`, {
    detail: { file, reason: code ?? message },
    cause: error,
  });
}
