// The files of a compiled package beside the engine: those of the package it was compiled from, and what says how the
// engine is to be run.

import { constants } from "node:fs";
import { access, copyFile, readdir, realpath, writeFile } from "node:fs/promises";
import path from "node:path";
import { DeepLabError } from "../errors.js";
import { hasFile, packageFiles, readPackageJson } from "../packages/files.js";
import type { EngineBatch } from "../packages/trt-config.js";

// Weights, and what belongs to another engine.
const leftOut: readonly string[] = [
  packageFiles.onnxWeights,
  packageFiles.torchWeights,
  packageFiles.tensorRtEngine,
  packageFiles.tensorRtConfig,
  packageFiles.engineRecord,
];

// What loading reads beside an engine and what is written with it.
const needed: readonly string[] = [
  packageFiles.classNames,
  packageFiles.inferenceConfig,
  packageFiles.modelConfig,
];

/** Which of a package's files go with its engine: all, or those that loading reads. */
export type WhichFiles = "all" | "needed";

/**
 * Copies what a package folder holds beside its weights. Links are followed; folders stay behind, and links that lead
 * nowhere.
 * @param weights Absolute paths of the weights and of their external data.
 * @throws DeepLabError PACKAGE_INVALID, PACKAGE_UNREADABLE; Error of the file system where they cannot be written
 */
export async function copyPackageFiles(
  from: string,
  to: string,
  weights: readonly string[],
  which: WhichFiles,
): Promise<void> {
  for (const name of await filesToCopy(from, weights, which)) {
    if (name === packageFiles.modelConfig) await copyModelConfig(from, to);
    else await copyReadable(path.join(from, name), path.join(to, name));
  }
}

async function filesToCopy(
  from: string,
  weights: readonly string[],
  which: WhichFiles,
): Promise<readonly string[]> {
  const candidates = which === "all" ? await readdir(from) : needed;
  // External data may be known by a link of another name, and the folder itself be one.
  const real = await Promise.all(weights.map((file) => realpath(file)));
  const names: string[] = [];
  for (const name of candidates) {
    if (leftOut.includes(name) || !(await hasFile(from, name))) continue;
    if (!real.includes(await realpath(path.join(from, name)))) names.push(name);
  }
  return names;
}

async function copyReadable(from: string, to: string): Promise<void> {
  await access(from, constants.R_OK).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new DeepLabError("PACKAGE_UNREADABLE", `${from} cannot be read: ${message}.`, {
      detail: { file: from, reason: code ?? message },
      cause: error,
    });
  });
  await copyFile(from, to);
}

// The reference goes by its backend_type.
async function copyModelConfig(from: string, to: string): Promise<void> {
  const config = await readPackageJson(from, packageFiles.modelConfig);
  await writeFile(path.join(to, packageFiles.modelConfig), json({ ...config, backend_type: "trt" }));
}

/** What the network's own input says of batches: the number of images it is fixed to, or the profile's range. */
export interface EngineBatches {
  /** Null: any number of the profile's range. */
  readonly fixed: number | null;
  readonly profile: EngineBatch;
}

/** The batches of an engine that was built of a network with this input. */
export function engineBatches(inputDims: readonly number[], wanted: EngineBatch): EngineBatches {
  const [batch = -1] = inputDims;
  if (batch < 1) return { fixed: null, profile: wanted };
  return { fixed: batch, profile: { min: batch, opt: batch, max: batch } };
}

/** Writes trt_config.json as the reference reads it. */
export async function writeTrtConfig(folder: string, { fixed, profile }: EngineBatches): Promise<void> {
  const isOpen = fixed === null;
  const config = {
    static_batch_size: fixed,
    dynamic_batch_size_min: isOpen ? profile.min : null,
    dynamic_batch_size_opt: isOpen ? profile.opt : null,
    dynamic_batch_size_max: isOpen ? profile.max : null,
  };
  await writeFile(path.join(folder, packageFiles.tensorRtConfig), json(config));
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
