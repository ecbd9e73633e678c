// The options of `segment`: declared, and as the rest of the command uses them.

import { type Command, Option } from "commander";
import { invalidOption, unitNumber } from "../../checks.js";
import { didYouMean } from "../../suggest.js";
import { type LoadCommandOptions, withLoadOptions, withModelOption } from "../load-options.js";
import { choiceList, commaList, commaText, count, decimal } from "../parse.js";
import { type Format, formatNames } from "./formats.js";

/** Options as commander gives them. */
export interface SegmentCommandOptions extends LoadCommandOptions {
  readonly model: string;
  readonly output: string;
  readonly format: string;
  readonly confidence: string;
  readonly alpha?: string;
  readonly legend?: boolean;
  readonly classes?: string;
  readonly batch?: string;
  readonly concurrency?: string;
  readonly recursive?: boolean;
  readonly overwrite?: boolean;
  readonly skipExisting?: boolean;
  readonly every?: string;
  readonly latestOnly?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** The options, complete and checked; those that load the model are apart. */
export interface SegmentSettings {
  readonly model: string;
  /** Folder of the outputs. */
  readonly output: string;
  readonly formats: readonly Format[];
  readonly confidence: number | "best" | "default";
  /** How much of a colour is seen, 0 to 1. */
  readonly alpha: number;
  readonly legend: boolean;
  /** Names of the only classes that are written; undefined: all. */
  readonly classes: readonly string[] | undefined;
  /** Pictures in one call. */
  readonly batch: number;
  /** Calls at once. */
  readonly concurrency: number;
  readonly recursive: boolean;
  /** What happens to outputs that are there. */
  readonly existing: "refuse" | "replace" | "skip";
  /** Of clips and cameras: every how many frames one is segmented. */
  readonly every: number;
  /** Of clips and cameras: always the newest frame. */
  readonly latestOnly: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** Declares them. */
export function withSegmentOptions(command: Command): Command {
  const formats = new Option("-f, --format <list>", "what to write; several with commas")
    .choices(formatNames)
    .argParser((text) => text)
    .default("overlay");
  const own = withModelOption(command)
    .option("-o, --output <folder>", "where NAME.overlay.png and so on are written", ".")
    .addOption(formats)
    .option("-c, --confidence <value>", "threshold: a number from 0 to 1, best or default", "default")
    .option("--alpha <part>", "how much of a class's colour an overlay shows, 0 to 1 (0.5)")
    .option("--legend", "colours and names of the classes on overlays")
    .option(
      "--classes <names>",
      "only these classes in overlays, colours, RLE and COCO; with commas (\\, within a name)",
    )
    .option("--batch <n>", "pictures in one call of the network (1)")
    .option("--concurrency <n>", "calls at once (4; 2 with --batch)")
    .option("-r, --recursive", "search folders with all folders below")
    .addOption(
      new Option("--skip-existing", "leave pictures whose outputs are there: goes on where it was ended"),
    )
    .addOption(new Option("--overwrite", "replace outputs that are there").conflicts("skipExisting"))
    .option("--every <n>", "of clips and cameras: segment every n-th frame (1)")
    .option("--latest-only", "of cameras: always the newest frame, skipping what comes meanwhile")
    .option("-q, --quiet", "print only what failed")
    .option("--json", "print JSON instead of tables");
  return withLoadOptions(own);
}

/**
 * What was typed, complete.
 * @throws DeepLabError OPTION_INVALID
 */
export function parseSegmentOptions(options: SegmentCommandOptions): SegmentSettings {
  const batch = count(options.batch, "--batch", 1024, 1);
  return {
    model: options.model,
    output: options.output,
    formats: choiceList(options.format, "--format", formatNames),
    confidence: parseConfidence(options.confidence),
    alpha: unitNumber(decimal(options.alpha, "--alpha") ?? 0.5, "--alpha"),
    legend: options.legend ?? false,
    classes: options.classes === undefined ? undefined : classNames(options.classes),
    batch,
    concurrency: count(options.concurrency, "--concurrency", 256, batch > 1 ? 2 : 4),
    recursive: options.recursive ?? false,
    existing: existing(options),
    every: count(options.every, "--every", 1_000_000, 1),
    latestOnly: options.latestOnly ?? false,
    quiet: options.quiet ?? false,
    json: options.json ?? false,
  };
}

/**
 * Whether the model has the classes that are asked for.
 * @throws DeepLabError OPTION_INVALID
 */
export function checkClasses(classes: readonly string[] | undefined, known: readonly string[]): void {
  for (const name of classes ?? []) {
    if (!known.includes(name)) {
      invalidOption(
        "--classes",
        `names of the model's classes (${known.map((one) => commaText([one])).join(", ")})`,
        name,
        didYouMean(name, known),
      );
    }
  }
}

/** A number, `best` or `default`, as text. */
export function parseConfidence(text: string): number | "best" | "default" {
  if (text === "best" || text === "default") return text;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value))
    return invalidOption("--confidence", 'a number from 0 to 1, "best" or "default"', text);
  return unitNumber(value, "--confidence");
}

function classNames(text: string): string[] {
  const names = commaList(text);
  return names.length > 0 ? names : invalidOption("--classes", "names of classes, with commas", text);
}

function existing({ overwrite, skipExisting }: SegmentCommandOptions): SegmentSettings["existing"] {
  if (overwrite) return "replace";
  return skipExisting ? "skip" : "refuse";
}
