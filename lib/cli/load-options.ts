// The options that every command that loads a model has: which weights, on what device, with which libraries.

import { type Command, Option } from "commander";
import type { CompileProgress } from "../compile/progress.js";
import type { FromPretrainedOptions } from "../options.js";
import { sampleModel } from "./sample-model.js";

/** Options as commander gives them; what they may hold is checked by `fromPretrained`. */
export interface LoadCommandOptions {
  readonly backend?: string;
  readonly device?: string;
  readonly trustEngine?: boolean;
  readonly onnxruntime?: string;
  readonly cuda?: string;
  readonly tensorrt?: string;
}

/** Adds the model package to a command. */
export function withModelOption(command: Command): Command {
  const sample = "the shipped sample model";
  return command.addOption(new Option("-m, --model <folder>", "model package").default(sampleModel, sample));
}

/** Adds them to a command. */
export function withLoadOptions(command: Command): Command {
  const own = command
    .addOption(
      // Checked by fromPretrained, which suggests the right one.
      new Option("-b, --backend <name>", "which weights to run; for trt an engine is built where none is")
        .choices(["auto", "onnx", "trt"])
        .argParser((text) => text),
    )
    .option("-d, --device <name>", "auto, cpu, cuda:N or cuda:*")
    .option("--trust-engine", "load an engine.plan that was not built here; an engine is a program");
  return withLibraryOptions(own);
}

/** Adds those that name libraries. */
export function withLibraryOptions(command: Command): Command {
  return command
    .option("--onnxruntime <file>", "the ONNX Runtime library to use")
    .option("--cuda <file>", "the NVIDIA driver's library to use")
    .option("--tensorrt <file>", "the TensorRT library to use");
}

/**
 * What of them goes to `fromPretrained`; what was not given is left out.
 * @param onProgress Told where an engine has to be built.
 */
export function loadOptions(
  given: LoadCommandOptions,
  onProgress?: (progress: CompileProgress) => void,
): FromPretrainedOptions {
  const { backend, device, trustEngine, onnxruntime, cuda, tensorrt } = given;
  const options = {
    backend,
    device,
    trustEngine,
    runtime: stated({ onnxruntime, cuda, tensorrt }),
    engine: backend === "trt" && onProgress ? { onProgress } : undefined,
  };
  return stated(options) as FromPretrainedOptions;
}

/** What was given. */
export function stated(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
