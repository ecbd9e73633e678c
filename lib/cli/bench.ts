// deeplab-rt bench: how fast a package is here, stage by stage, beside the bare network.

import os from "node:os";
import path from "node:path";
import { invalidOption } from "../checks.js";
import { generatedPicture } from "../compile/generated-pictures.js";
import type { ImageExtent } from "../compile/options.js";
import type { SemanticSegmentationModel } from "../model.js";
import { packageFiles } from "../packages/files.js";
import { type BenchResult, measureCase } from "./bench/measure.js";
import { BareSession } from "./bench/session.js";
import type { Spread } from "./bench/statistics.js";
import type { AddCommand } from "./command.js";
import type { CommandContext } from "./context.js";
import { exitCodes } from "./exit-codes.js";
import { loadModel } from "./load-model.js";
import { type LoadCommandOptions, withLoadOptions } from "./load-options.js";
import { commaList, count, extent } from "./parse.js";
import { ProgressLine } from "./progress-line.js";
import { formatTable } from "./table.js";

/** Options as commander gives them. */
export interface BenchCommandOptions extends LoadCommandOptions {
  readonly batch?: string;
  readonly size?: string;
  readonly rounds?: string;
  readonly json?: boolean;
}

/** Declares the command. */
export const addBench: AddCommand = (program, { context, finish }) => {
  const command = program
    .command("bench")
    .description("measure a package on this machine: every stage, beside session.run of onnxruntime-node")
    .argument("<package>", "folder of the package")
    .option("--size <list>", "sizes of the pictures, with commas (1280x720,1920x1080)")
    .option("--batch <list>", "pictures in one call, with commas (1)")
    .option("--rounds <n>", "measured calls of every case (15)")
    .option("--json", "print JSON");
  withLoadOptions(command).action(async (folder: string, options: BenchCommandOptions) =>
    finish(await benchCommand(folder, options, context)),
  );
};

/** Runs the command. @returns the exit code */
export async function benchCommand(
  folder: string,
  options: BenchCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { sizes, batches, rounds } = parseBenchOptions(options);
  await using model = await loadModel(folder, options, context);
  const bare = await openBare(model);
  const line = new ProgressLine(context.progress);
  const results: BenchResult[] = [];
  const total = sizes.length * batches.length;
  try {
    for (const size of sizes) {
      const picture = await generatedPicture(0, size.width, size.height, context.signal);
      for (const batch of batches) {
        const phase = `${sizeText(size)}, batch ${batch}`;
        line.show({ what: "bench", fraction: results.length / total, remaining: null, phase });
        results.push(await measureCase(model, picture, { size, batch, rounds }, bare, context.signal));
      }
    }
  } finally {
    line.end();
    if (typeof bare !== "string") await bare[Symbol.asyncDispose]();
  }
  const report = { machine: describeMachine(model, bare), results };
  context.print(options.json ? JSON.stringify(report, null, 2) : reportText(report));
  return exitCodes.ok;
}

function parseBenchOptions(options: BenchCommandOptions) {
  const sizes = commaList(options.size ?? "1280x720,1920x1080").map((text) => extent(text, "--size"));
  const batches = commaList(options.batch ?? "1").map((text) => count(text, "--batch", 1024, 1));
  if (sizes.length === 0) return invalidOption("--size", "sizes like 1280x720, with commas", options.size);
  if (batches.length === 0) return invalidOption("--batch", "whole numbers, with commas", options.batch);
  const rounds = count(options.rounds, "--rounds", 10_000, 15);
  return { sizes: sizes as ImageExtent[], batches, rounds };
}

// The bare network, or why there is none.
async function openBare(model: SemanticSegmentationModel): Promise<BareSession | string> {
  if (model.packageFormat !== "onnx") return "the package has an engine, and no weights.onnx is run";
  if (model.device !== "cpu") return `the model runs on ${model.device}, onnxruntime-node on the CPU`;
  try {
    return await BareSession.open(path.join(model.info().folder, packageFiles.onnxWeights));
  } catch (error) {
    return (error as Error).message;
  }
}

function describeMachine(model: SemanticSegmentationModel, bare: BareSession | string) {
  const { backend, device, library, simd, headCut, folder } = model.info();
  return {
    package: folder,
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    backend: `${backend} ${library.version} on ${device}`,
    kernels: simd,
    headCut: headCut.cut,
    session: typeof bare === "string" ? null : `onnxruntime-node ${bare.version}`,
  };
}

type BenchReport = {
  readonly machine: ReturnType<typeof describeMachine>;
  readonly results: readonly BenchResult[];
};

function reportText({ machine, results }: BenchReport): string {
  const { cpu, cores, system, node, backend, kernels, headCut } = machine;
  const cut = headCut ? ", head cut" : "";
  const title = `${cpu}, ${cores} cores, ${system}, Node.js ${node}\n${backend}, kernels ${kernels}${cut}`;
  return [machine.package, title, ...results.map((result) => `\n${caseText(result, machine.session)}`)].join(
    "\n",
  );
}

function caseText(result: BenchResult, session: string | null): string {
  const { size, batch, rounds, times, imagesPerSecond, ratio, sessionProblem } = result;
  const stages: [string, Spread][] = [
    ["pre-processing", times.preprocess],
    ["network", times.network],
    ["post-processing", times.postprocess],
    ["other", times.other],
    ["in all", times.total],
  ];
  const rows = stages.map(([name, time]) => [name, ...spreadText(time, " ms")]);
  if (result.session !== null) rows.push([`session.run (${session})`, ...spreadText(result.session, " ms")]);
  if (ratio !== null) rows.push(["in all ÷ session.run", ...spreadText(ratio, " ×", 3)]);
  rows.push(["images a second", ...spreadText(imagesPerSecond, "")]);
  const columns = [
    { title: `${sizeText(size)}, batch ${batch}, ${rounds} rounds, an image`, align: "left" as const },
    { title: "median", align: "right" as const },
    { title: "quartiles", align: "right" as const },
  ];
  const note = sessionProblem === null ? "" : `\nsession.run was not measured: ${sessionProblem}`;
  return `${formatTable(columns, rows)}${note}`;
}

function spreadText({ median, lower, upper }: Spread, unit: string, digits = 2): string[] {
  return [`${median.toFixed(digits)}${unit}`, `${lower.toFixed(digits)}–${upper.toFixed(digits)}`];
}

const sizeText = ({ width, height }: ImageExtent) => `${width}×${height}`;
