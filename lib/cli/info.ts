// deeplab-rt info: what a package holds, and what would run it here.

import type { DeviceInfo } from "../device-info.js";
import type { ModelInfo, TensorInfo } from "../model-info.js";
import { plain } from "../show.js";
import type { AddCommand } from "./command.js";
import type { CommandContext } from "./context.js";
import { exitCodes } from "./exit-codes.js";
import { loadModel } from "./load-model.js";
import { type LoadCommandOptions, withLoadOptions } from "./load-options.js";

/** Options as commander gives them. */
export interface InfoCommandOptions extends LoadCommandOptions {
  readonly json?: boolean;
}

/** Declares the command. */
export const addInfo: AddCommand = (program, { context, finish }) => {
  const command = program
    .command("info")
    .description("load a model package and say what it is and what runs it")
    .argument("<package>", "folder of the package")
    .option("--json", "print JSON");
  withLoadOptions(command).action(async (folder: string, options: InfoCommandOptions) =>
    finish(await infoCommand(folder, options, context)),
  );
};

/** Runs the command: the package is really loaded, so what is printed works. @returns the exit code */
export async function infoCommand(
  folder: string,
  options: InfoCommandOptions,
  context: CommandContext,
): Promise<number> {
  await using model = await loadModel(folder, options, context);
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
    ["precision", info.precision ?? "unknown"],
    ["kernels", kernelText(info)],
    ["threads", `${info.intraOpThreads} in an operator, ${info.poolThreads} around the network`],
    ["memory", memoryText(info)],
    ...info.devices.flatMap(deviceLines),
    ["input", tensorText(info.input)],
    ["output", tensorText(info.output)],
    ["head cut", `${info.headCut.cut ? "yes" : "no"}: ${info.headCut.reason}`],
    ...engineLines(info.engine),
    ["batch", `${info.minBatch} to ${info.maxBatch}`],
    ["classes", classText(info)],
    ["resize", resizeText(pre)],
    ["colour", pre.networkColor],
    ["scaling", `(x / ${pre.scalingFactor} - [${pre.mean.join(", ")}]) / [${pre.std.join(", ")}]`],
    ["static crop", cropText(pre)],
    ["grayscale", pre.grayscale ? "yes" : "no"],
    ["contrast", pre.contrast],
  ];
  return lines.map(([name, value]) => `${name.padEnd(12)} ${plain(value)}`).join("\n");
}

function kernelText({ simd, stages }: ModelInfo): string {
  if (stages.preprocess === "cpu") return simd;
  return `${stages.preprocess}; contrast on the CPU (${simd})`;
}

function memoryText({ memory: { weights, devices } }: ModelInfo): string {
  const onDevices = devices === 0 ? "" : `, ${mebibytes(devices)} on GPUs`;
  return `weights ${mebibytes(weights)}${onDevices}`;
}

function deviceLines(device: DeviceInfo): [string, string][] {
  const { driverVersion, driverPath, memoryMode, pinned } = device;
  const limit = device.memoryLimit === null ? "no limit" : `limit ${mebibytes(device.memoryLimit)}`;
  const used = `${mebibytes(device.usedMemory)} used, at most ${mebibytes(device.peakMemory)}, ${limit}`;
  const { used: held, idle, limit: most } = pinned;
  return [
    [device.device, `${device.name}, compute capability ${device.computeCapability}`],
    ["  driver", `CUDA ${driverVersion}: ${driverPath}`],
    ["  memory", `${memoryMode}; of ${mebibytes(device.totalMemory)} ${used}`],
    ["  pinned", `${mebibytes(held)} used, ${mebibytes(idle)} idle, limit ${mebibytes(most)}`],
  ];
}

function mebibytes(bytes: number): string {
  const count = bytes / 2 ** 20;
  return `${count >= 10 ? Math.round(count) : Number(count.toFixed(1))} MiB`;
}

function engineLines(engine: ModelInfo["engine"]): [string, string][] {
  if (engine === null) return [];
  const { trust, built } = engine;
  const lines: [string, string][] = [
    ["trust", trust === "signature" ? "built here by deeplab-rt" : "vouched for by the caller"],
  ];
  if (built !== null) {
    const { precision, tensorrt, gpu, at } = built;
    lines.push(["engine", `${precision}, built with TensorRT ${tensorrt} on ${gpu}, ${at}`]);
  }
  return lines;
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
