// Packages that hold an engine, as far as lib/ reads them: the plan itself is any bytes.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { vi } from "vitest";
import { type EngineFacts, writeEngineRecord } from "../../dist/packages/engine-record.js";
import { newFolder, type TinyPackageFiles, tinyPackage } from "./tiny-package.js";

/** The plan of {@link enginePackage}. */
export const planText = "a plan";

/** What its record says, where it has one. */
export const engineFacts: EngineFacts = {
  head: {
    output: "logits",
    interpolation: {
      coordinateMode: "align_corners",
      rows: { scale: 4, size: 0 },
      columns: { scale: 0, size: 512 },
    },
  },
  built: {
    tensorrt: "10.3.0.26",
    gpu: "NVIDIA L4",
    computeCapability: "8.9",
    driver: "12.6",
    precision: "fp16",
    profiles: [{ min: 1, opt: 8, max: 32 }],
    modelSha256: "ab".repeat(32),
    at: "2026-01-02T03:04:05.000Z",
  },
  accuracy: { pixelAgreement: 0.9991, perClassIou: { red: 0.99 } },
};

/** trt_config.json of an engine of open batch size. */
export const openBatch = { dynamic_batch_size_min: 1, dynamic_batch_size_opt: 8, dynamic_batch_size_max: 32 };

/** What {@link enginePackage} writes beside the package's own files. */
export interface EnginePackageFiles extends TinyPackageFiles {
  /** What trt_config.json holds; a string as it is. */
  readonly trtConfig?: unknown;
  /** What to sign; null for a package without a record. */
  readonly facts?: EngineFacts | null;
}

/** Writes a package with an engine into a new folder, without weights.onnx unless `weights` brings one. */
export async function enginePackage(files: EnginePackageFiles = {}): Promise<string> {
  const { trtConfig = openBatch, facts = engineFacts, more, ...rest } = files;
  const config = typeof trtConfig === "string" ? trtConfig : JSON.stringify(trtConfig);
  const folder = await tinyPackage({
    weights: undefined,
    ...rest,
    more: { "engine.plan": planText, "trt_config.json": config, ...more },
  });
  if (facts !== null) await writeEngineRecord(folder, facts);
  return folder;
}

/** From here on this process is another user, or on another machine: no key is known. Returns the new cache. */
export async function moveHouse(): Promise<string> {
  const home = await newFolder();
  vi.stubEnv("INFERENCE_HOME", home);
  return home;
}

/** Changes one byte of a plan. */
export async function touchPlan(folder: string): Promise<void> {
  await writeFile(path.join(folder, "engine.plan"), planText.replace(/n$/, "N"));
}
