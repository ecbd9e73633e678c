// deeplab-rt segment: pictures in, overlay PNGs and tables out. A bad picture does not stop the others.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { AutoModel } from "../auto-model.js";
import { invalidOption, unitNumber } from "../checks.js";
import type { ClassStats } from "../class-stats.js";
import { DeepLabError } from "../errors.js";
import type { SemanticSegmentationModel } from "../model.js";
import type { SemanticSegmentationResult } from "../result.js";
import { type CommandContext, describeError } from "./context.js";
import { exitCodes } from "./exit-codes.js";
import { makeOutputFolder } from "./output-folder.js";
import { resultReport } from "./table.js";

/** The sample model that ships with the package. */
export const sampleModel = path.join(__dirname, "..", "..", "models", "sample");

/** Options as commander gives them. */
export interface SegmentCommandOptions {
  readonly model: string;
  readonly output: string;
  readonly confidence: string;
  readonly json?: boolean;
}

interface Done {
  readonly image: string;
  readonly overlay: string;
  readonly result: SemanticSegmentationResult;
  readonly classes: readonly ClassStats[];
}

interface Failed {
  readonly image: string;
  readonly error: unknown;
}

/** Runs the command. @returns the exit code */
export async function segmentCommand(
  images: readonly string[],
  options: SegmentCommandOptions,
  context: CommandContext,
): Promise<number> {
  const confidence = parseConfidence(options.confidence);
  await makeOutputFolder(options.output);
  await using model = await AutoModel.fromPretrained(options.model, { signal: context.signal });
  const names = overlayNames(images);
  const outcomes: (Done | Failed)[] = [];
  for (const [i, image] of images.entries()) {
    const overlay = path.join(options.output, names[i] ?? "");
    const outcome = await segmentOne(model, image, overlay, confidence, context);
    outcomes.push(outcome);
    if (!options.json) report(outcome, context);
  }
  if (options.json) context.print(JSON.stringify(outcomes.map(asJson), null, 2));
  return outcomes.some((outcome) => "error" in outcome) ? exitCodes.failed : exitCodes.ok;
}

/** A number, `best` or `default`, as text. */
export function parseConfidence(text: string): number | "best" | "default" {
  if (text === "best" || text === "default") return text;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value))
    return invalidOption("--confidence", 'a number from 0 to 1, "best" or "default"', text);
  return unitNumber(value, "--confidence");
}

// Pictures of the same name from different folders must not overwrite each other.
function overlayNames(images: readonly string[]): string[] {
  const taken = new Set<string>();
  return images.map((image) => {
    const base = path.parse(image.startsWith("file:") ? new URL(image).pathname : image).name;
    let name = `${base}.overlay.png`;
    for (let i = 2; taken.has(name); i++) name = `${base}-${i}.overlay.png`;
    taken.add(name);
    return name;
  });
}

async function segmentOne(
  model: SemanticSegmentationModel,
  image: string,
  overlay: string,
  confidence: number | "best" | "default",
  { signal }: CommandContext,
): Promise<Done | Failed> {
  try {
    const result = await model.infer(image, { confidence, signal });
    await writeFile(overlay, await result.overlay({ image, format: "png" }));
    return { image, overlay, result, classes: await result.classStats() };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DeepLabError || (error as NodeJS.ErrnoException).syscall !== undefined)
      return { image, error };
    throw error;
  }
}

function report(outcome: Done | Failed, context: CommandContext): void {
  if ("error" in outcome) {
    context.complain(`${outcome.image}: ${describeError(outcome.error)}\n`);
    return;
  }
  const { image, overlay, result, classes } = outcome;
  context.print(`${image}  ${result.width}×${result.height}`);
  context.print(`${resultReport(classes, result.timings, context.isTerminal)}\n\noverlay  ${overlay}\n`);
}

function asJson(outcome: Done | Failed) {
  const { image } = outcome;
  if ("error" in outcome) {
    const { code, message, detail } = outcome.error as Partial<DeepLabError>;
    return { image, error: { code, message, detail } };
  }
  const { overlay, result, classes } = outcome;
  const { width, height, timings, nonFinitePixels } = result;
  return { image, overlay, width, height, classes, timings, nonFinitePixels };
}
