// deeplab-rt info: what a package holds, and what would run it here.

import { AutoModel } from "../auto-model.js";
import type { ModelInfo, TensorInfo } from "../model-info.js";
import type { CommandContext } from "./context.js";
import { exitCodes } from "./exit-codes.js";

/** Options as commander gives them. */
export interface InfoCommandOptions {
  readonly json?: boolean;
}

/** Runs the command: the package is really loaded, so what is printed works. @returns the exit code */
export async function infoCommand(
  folder: string,
  options: InfoCommandOptions,
  context: CommandContext,
): Promise<number> {
  await using model = await AutoModel.fromPretrained(folder, { signal: context.signal });
  const info = model.info();
  context.print(options.json ? JSON.stringify(info, null, 2) : infoText(info));
  return exitCodes.ok;
}

/** The facts as lines of `name  value`. */
export function infoText(info: ModelInfo): string {
  const { preprocessing: pre, library } = info;
  const lines: [string, string][] = [
    ["package", info.folder],
    ["model id", info.modelId ?? "none"],
    ["format", info.packageFormat],
    ["backend", `${info.backend} ${library.version} on ${info.device} (${info.reason})`],
    ["library", library.path],
    ["kernels", info.simd],
    ["input", tensorText(info.input)],
    ["output", tensorText(info.output)],
    ["head cut", `${info.headCut.cut ? "yes" : "no"}: ${info.headCut.reason}`],
    ["batch", `${info.minBatch} to ${info.maxBatch}`],
    ["classes", classText(info)],
    ["resize", resizeText(pre)],
    ["colour", pre.networkColor],
    ["scaling", `(x / ${pre.scalingFactor} - [${pre.mean.join(", ")}]) / [${pre.std.join(", ")}]`],
    ["static crop", cropText(pre)],
    ["grayscale", pre.grayscale ? "yes" : "no"],
    ["contrast", pre.contrast],
  ];
  return lines.map(([name, value]) => `${name.padEnd(12)} ${value}`).join("\n");
}

function tensorText({ name, dtype, shape }: TensorInfo): string {
  return `${name}: ${dtype} [${shape.map((size) => (size < 0 ? "any" : size)).join(", ")}]`;
}

function classText({ classNames, backgroundClassId }: ModelInfo): string {
  const names = classNames.map((name, id) => (id === backgroundClassId ? `${name} (background)` : name));
  return `${names.length}: ${names.join(", ")}`;
}

function resizeText({
  declaredResizeMode,
  resizeMode,
  inputSize,
  paddingValue,
}: ModelInfo["preprocessing"]): string {
  const declared = declaredResizeMode === resizeMode ? "" : ` (declared ${declaredResizeMode})`;
  const padding = resizeMode === "letterbox" ? `, padding ${paddingValue}` : "";
  const size = inputSize === null ? "the picture's own size" : `${inputSize.width}×${inputSize.height}`;
  return `${resizeMode}${declared} to ${size}${padding}`;
}

function cropText({ staticCrop: crop }: ModelInfo["preprocessing"]): string {
  return crop === null ? "none" : `x ${crop.xMin}–${crop.xMax} %, y ${crop.yMin}–${crop.yMax} %`;
}
