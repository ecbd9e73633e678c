// The option `engine` of fromPretrained: how an engine is built where a package has none.

import { choiceOption, optionObject } from "../checks.js";
import type { ImageSource } from "../image/source.js";
import {
  type EngineOptions,
  type EngineSettings,
  engineKeys,
  functionOption,
  parseEngineOptions,
  parseSamples,
} from "./options.js";
import type { CompileProgress } from "./progress.js";

/** When the model is there: with its engine, or before it. */
export type EngineMode = "wait" | "background";

/** How an engine is built of a package that has none, and when the model is there. */
export interface EngineLoadOptions extends EngineOptions {
  /**
   * `"wait"`: the model is there when its engine is. `"background"`: it is there at once, on ONNX Runtime, and changes
   * over between two calls when the engine is ready; where that fails it stays there, `info().engineBuild` says why
   * and a warning `ENGINE_BUILD_FAILED` is emitted.
   * @default "wait"
   */
  readonly mode?: EngineMode | undefined;
  /** Pictures on which the engine is compared with ONNX Runtime; as in `compilePackage`. */
  readonly samples?: readonly ImageSource[] | undefined;
  /** Told of every step of a build; not called where the engine is cached. */
  readonly onProgress?: ((progress: CompileProgress) => void) | undefined;
}

/** {@link EngineLoadOptions}, complete and checked. */
export interface EngineLoadSettings extends EngineSettings {
  readonly mode: EngineMode;
  readonly samples: readonly ImageSource[] | undefined;
  readonly onProgress: ((progress: CompileProgress) => void) | undefined;
}

const modes: readonly EngineMode[] = ["wait", "background"];

/**
 * Checks and completes the option; a word is its mode.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function parseEngineLoad(value: unknown): EngineLoadSettings {
  const whole = typeof value === "string" ? { mode: value } : value;
  const given = optionObject(whole, "option engine", [...engineKeys, "mode", "samples", "onProgress"]);
  return {
    ...parseEngineOptions(given, "engine."),
    mode: choiceOption(given.mode, typeof value === "string" ? "engine" : "engine.mode", modes, "wait"),
    samples: parseSamples(given.samples, "engine.samples"),
    onProgress: functionOption(given.onProgress, "engine.onProgress"),
  };
}
