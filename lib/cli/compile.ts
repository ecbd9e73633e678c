// deeplab-rt compile: a package with weights.onnx becomes one with an engine for this machine's GPU.

import { invalidOption } from "../checks.js";
import { type CompileReport, compilePackage } from "../compile/compile-package.js";
import type { CompileOptions } from "../compile/options.js";
import { picturesIn } from "../compile/samples.js";
import type { ByteSize } from "../device-options.js";
import { DeepLabError } from "../errors.js";
import { plain } from "../show.js";
import type { AddCommand } from "./command.js";
import { shownProgress } from "./compile-progress.js";
import type { CommandContext } from "./context.js";
import { exitCodes } from "./exit-codes.js";
import { stated, withLibraryOptions } from "./load-options.js";
import { decimal, extent, wholeNumber } from "./parse.js";
import { durationText } from "./progress-line.js";

/** Options as commander gives them: text, as it was typed. */
export interface CompileCommandOptions {
  readonly fp16?: boolean;
  readonly bf16?: boolean;
  readonly minBatch?: string;
  readonly optBatch?: string;
  readonly maxBatch?: string;
  readonly minSize?: string;
  readonly optSize?: string;
  readonly maxSize?: string;
  readonly workspace?: string;
  readonly timingCache?: string;
  readonly headCut?: boolean;
  readonly output?: string;
  readonly force?: boolean;
  readonly minAgreement?: string;
  readonly samples?: string;
  readonly device?: string;
  readonly onnxruntime?: string;
  readonly cuda?: string;
  readonly tensorrt?: string;
  readonly json?: boolean;
}

/** Declares the command. */
export const addCompile: AddCommand = (program, { context, finish }) => {
  const compile = program
    .command("compile")
    .description(
      "build a TensorRT engine of a package for this machine's GPU, and check it against ONNX Runtime",
    )
    .argument("<package>", "folder of the package, with weights.onnx")
    .option("--fp16", "let layers compute in half precision")
    .option("--bf16", "let layers compute in bfloat16 (compute capability 8.0)")
    .option("--min-batch <n>", "fewest images in one run (1)")
    .option("--opt-batch <n>", "the batch it is to be quickest at (8)")
    .option("--max-batch <n>", "most images in one run (32)")
    .option("--min-size <WxH>", "smallest picture, where neither network nor package says (32x32)")
    .option("--opt-size <WxH>", "the size it is to be quickest at (--max-size)")
    .option("--max-size <WxH>", "largest picture, where neither network nor package says")
    .option("--workspace <size>", "most scratch memory of its layers, like 12GiB (all there is)")
    .option("--timing-cache <file>", "keep what was measured for later builds")
    .option("--head-cut", "leave the last interpolation to post-processing: quicker, for deeplab-rt only")
    .option("-o, --output <folder>", "the compiled package (<package>-trt)")
    .option("--force", "replace a compiled package that lies there")
    .option("--min-agreement <part>", "least part of pixels that must be as ONNX Runtime has them (0.995)")
    .option("--samples <folder>", "pictures to compare on (the package's own, or generated ones)")
    .option("-d, --device <name>", "the GPU to build on and for: cuda:N (the first)")
    .option("--json", "print JSON");
  withLibraryOptions(compile).action(async (folder: string, options: CompileCommandOptions) =>
    finish(await compileCommand(folder, options, context)),
  );
};

/** Runs the command. @returns the exit code */
export async function compileCommand(
  folder: string,
  options: CompileCommandOptions,
  context: CommandContext,
): Promise<number> {
  const parsed = await compileOptions(options);
  const { line, onProgress } = shownProgress(context);
  try {
    const report = await compilePackage(folder, { ...parsed, signal: context.signal, onProgress });
    line.end();
    context.print(options.json ? JSON.stringify(report, null, 2) : reportText(report));
    return exitCodes.ok;
  } finally {
    line.end();
  }
}

/**
 * What the API takes, of what was typed.
 * @throws DeepLabError OPTION_INVALID
 */
export async function compileOptions(options: CompileCommandOptions): Promise<CompileOptions> {
  const { workspace, timingCache, headCut, output, force, device } = options;
  const { onnxruntime, cuda, tensorrt } = options;
  const numbers = {
    minBatch: wholeNumber(options.minBatch, "--min-batch"),
    optBatch: wholeNumber(options.optBatch, "--opt-batch"),
    maxBatch: wholeNumber(options.maxBatch, "--max-batch"),
    minSize: extent(options.minSize, "--min-size"),
    optSize: extent(options.optSize, "--opt-size"),
    maxSize: extent(options.maxSize, "--max-size"),
    minAgreement: decimal(options.minAgreement, "--min-agreement"),
  };
  const given = {
    precision: precisionOf(options),
    workspace: workspace as ByteSize | undefined, // its text is checked where that of the API is
    device: device as CompileOptions["device"],
    samples: await samplesIn(options.samples),
    runtime: stated({ onnxruntime, cuda, tensorrt }),
    timingCache,
    headCut,
    output,
    force,
    ...numbers,
  };
  return stated(given) as CompileOptions;
}

function precisionOf({ fp16, bf16 }: CompileCommandOptions): CompileOptions["precision"] | undefined {
  if (fp16 && bf16) return invalidOption("--fp16 and --bf16", "given one at a time", "both");
  if (fp16) return "fp16";
  return bf16 ? "bf16" : undefined;
}

async function samplesIn(folder: string | undefined): Promise<string[] | undefined> {
  if (folder === undefined) return undefined;
  const pictures = await picturesIn(folder);
  if (pictures.length > 0) return pictures;
  throw new DeepLabError(
    "OPTION_INVALID",
    `Expected --samples ${folder} to be a folder with pictures; it has none.`,
    {
      detail: { option: "--samples", found: folder },
    },
  );
}

/** The report as lines of `name  value`. */
export function reportText(report: CompileReport): string {
  const { target, batch, accuracy, headCut } = report;
  const { tensorrt, gpu, computeCapability, driver } = target;
  const sizes =
    batch.min === batch.max ? `${batch.min}` : `${batch.min} to ${batch.max}, best at ${batch.opt}`;
  const megabytes = (report.engineByteLength / 2 ** 20).toFixed(1);
  const lines: [string, string][] = [
    ["package", report.output],
    ["engine", `${megabytes} MiB, ${report.precision}, built in ${durationText(report.buildTime)}`],
    [
      "for",
      `${gpu} (compute capability ${computeCapability}), TensorRT ${tensorrt}, driver for CUDA ${driver}`,
    ],
    ["batch", sizes],
    ["head cut", `${headCut.cut ? "yes" : "no"}: ${headCut.reason}`],
    ...(report.timingCache === null ? [] : [["timing", report.timingCache] as [string, string]]),
    ["agreement", agreementText(accuracy)],
    ...accuracy.classes
      .filter(({ iou }) => iou !== null)
      .map(({ name, iou }): [string, string] => ["", `${name}: IoU ${(iou ?? 0).toFixed(4)}`]),
  ];
  return lines.map(([name, value]) => `${name.padEnd(12)} ${plain(value)}`).join("\n");
}

function agreementText({
  agreement,
  pixels,
  pictures,
  samples,
  reference,
}: CompileReport["accuracy"]): string {
  const whose = { caller: "given", package: "of the package", generated: "generated" }[samples];
  return (
    `${(agreement * 100).toFixed(3)} % of ${pixels} pixels of ${pictures} pictures (${whose}) as ` +
    `${reference.backend} ${reference.version} in fp32`
  );
}
