// From a package with weights.onnx to one with an engine for this machine's GPU.

import path from "node:path";
import { abortable } from "../abort.js";
import { AutoModel } from "../auto-model.js";
import { runJob } from "../convert/run-job.js";
import { callSite, DeepLabError, fromNative } from "../errors.js";
import { prepareHead } from "../head-cut.js";
import { type ModelPackage, readModelPackage } from "../packages/model-package.js";
import type { AccuracyReport } from "./accuracy.js";
import { buildPackage, type EngineTarget, type PackageBuilt } from "./build-package.js";
import { type CompileOptions, type CompileSettings, parseCompileOptions } from "./options.js";
import { telling } from "./progress.js";
import { checkOutput, withStaging } from "./staging.js";

/** What was compiled. */
export interface CompileReport {
  /** Absolute path of the compiled package. */
  readonly output: string;
  /** `"fp32"`, `"fp16"`, `"bf16"`, or `"int8"` of a quantized network. */
  readonly precision: string;
  /** Images in one run. */
  readonly batch: { readonly min: number; readonly opt: number; readonly max: number };
  /** Whether the network's last interpolation was left to post-processing, and why. */
  readonly headCut: { readonly cut: boolean; readonly reason: string };
  /** What the engine was built with and for. */
  readonly target: EngineTarget;
  readonly engineByteLength: number;
  /** Milliseconds of the build alone. */
  readonly buildTime: number;
  /** What became of the timing cache; null where none was asked for. */
  readonly timingCache: string | null;
  readonly accuracy: AccuracyReport;
}

/**
 * Builds a TensorRT engine from a package's `weights.onnx`, compares it with ONNX Runtime, and writes a package that
 * runs it. Takes minutes, in a process of its own.
 * @param location Folder of the package: a path, or a `file:` URL as object or text.
 * @throws DeepLabError ENGINE_BUILD_FAILED, ENGINE_INACCURATE, BACKEND_UNAVAILABLE, DEVICE_*, PACKAGE_*, OPTION_*; an
 *   abort rejects with `signal.reason`. Nothing of a failed call is left in the output folder.
 */
export function compilePackage(location: string | URL, options?: CompileOptions): Promise<CompileReport> {
  return fromNative(compile(location, options), callSite(compilePackage));
}

async function compile(location: string | URL, options: unknown): Promise<CompileReport> {
  const settings = parseCompileOptions(options);
  const { signal } = settings;
  signal?.throwIfAborted();
  const model = await abortable(readModelPackage(location, { backend: "onnx", trustEngine: false }), signal);
  const output = path.resolve(settings.output ?? `${model.folder}-trt`);
  const check = () => checkOutput(output, model.folder, settings.force);
  await check();
  const work = async (folder: string) => report(output, await prepared(model, folder, settings));
  return withStaging(output, work, check);
}

async function prepared(
  model: ModelPackage,
  folder: string,
  settings: CompileSettings,
): Promise<PackageBuilt> {
  const { signal, headCut } = settings;
  const tell = telling(settings.onProgress);
  tell({ stage: "read", phase: "", fraction: 0, elapsed: 0, remaining: null, log: null });
  const facts = await runJob("networkFacts", model.weightsPath, signal);
  const head = await prepareHead(model, headCut, signal);
  const build = { ...settings, keepAlive: true, files: "all" } as const;
  return buildPackage({ model, facts, head, folder, settings: build, tell, load: AutoModel.fromPretrained });
}

function report(output: string, built: PackageBuilt): CompileReport {
  const { record, headCut, target, engineByteLength, buildTime, timingCache, accuracy } = built;
  const [batch] = record.built.profiles;
  if (batch === undefined) throw new DeepLabError("INTERNAL", "An engine was built without a profile.");
  return {
    output,
    precision: record.built.precision,
    batch,
    headCut,
    target,
    engineByteLength,
    buildTime,
    timingCache,
    accuracy,
  };
}
