// deeplab-rt explain: why a pixel has its class.

import { invalidOption } from "../checks.js";
import type { PixelExplanation } from "../explain-pixel.js";
import { isAddressText, shownAddress } from "../image/address-text.js";
import { plain } from "../show.js";
import type { AddCommand } from "./command.js";
import { type CommandContext, describeError } from "./context.js";
import { exitCodes } from "./exit-codes.js";
import { loadModel } from "./load-model.js";
import { type LoadCommandOptions, withLoadOptions, withModelOption } from "./load-options.js";
import { count } from "./parse.js";
import { isOfInput } from "./segment/pictures.js";
import { parseConfidence } from "./segment/settings.js";
import { formatTable } from "./table.js";

/** Options as commander gives them. */
export interface ExplainCommandOptions extends LoadCommandOptions {
  readonly model: string;
  readonly confidence: string;
  readonly top?: string;
  readonly json?: boolean;
}

/** Declares the command. */
export const addExplain: AddCommand = (program, { context, finish }) => {
  const command = program
    .command("explain")
    .description("say why a pixel of a picture has its class: the likeliest classes and what decided")
    .argument("<image>", "a picture file")
    .argument("<x>", "column of the pixel, from 0")
    .argument("<y>", "row of the pixel, from 0");
  withModelOption(command)
    .option("-c, --confidence <value>", "threshold: a number from 0 to 1, best or default", "default")
    .option("--top <n>", "how many classes are listed (5)")
    .option("--json", "print JSON");
  withLoadOptions(command).action(
    async (image: string, x: string, y: string, options: ExplainCommandOptions) =>
      finish(await explainCommand({ image, x, y }, options, context)),
  );
};

/** Runs the command. @returns the exit code */
export async function explainCommand(
  given: { readonly image: string; readonly x: string; readonly y: string },
  options: ExplainCommandOptions,
  context: CommandContext,
): Promise<number> {
  const place = { x: pixel(given.x, "<x>"), y: pixel(given.y, "<y>") };
  const confidence = parseConfidence(options.confidence);
  const topK = count(options.top, "--top", 65536, 5);
  await using model = await loadModel(options.model, options, context);
  try {
    const wish = { confidence, topK, signal: context.signal };
    const explanation = await model.explainPixel(given.image, place, wish);
    context.print(options.json ? JSON.stringify(explanation, null, 2) : explanationText(explanation));
    return exitCodes.ok;
  } catch (error) {
    // A pixel outside of the picture is a mistake of the call, a picture that cannot be read is one that failed.
    if (!isOfInput(error, context.signal) || !/^IMAGE_/.test((error as { code: string }).code)) throw error;
    const name = isAddressText(given.image) ? shownAddress(given.image) : given.image;
    context.complain(`${plain(name)}: ${describeError(error)}`);
    return exitCodes.failed;
  }
}

function pixel(text: string, name: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : invalidOption(name, "a whole number of pixels", text);
}

/** The sentence, and a table of the likeliest classes. */
export function explanationText({ x, y, className, confidence, sentence, top }: PixelExplanation): string {
  const title = `pixel ${x}, ${y}: ${className}, confidence ${confidence.toFixed(3)}`;
  const rows = top.map(({ id, name, probability, threshold }) => [
    name,
    String(id),
    probability.toFixed(4),
    threshold.toFixed(4),
    probability >= threshold ? "yes" : "no",
  ]);
  if (rows.length === 0) return `${title}\n${sentence}`;
  const columns = [
    { title: "class", align: "left" as const },
    { title: "id", align: "right" as const },
    { title: "probability", align: "right" as const },
    { title: "threshold", align: "right" as const },
    { title: "reached", align: "left" as const },
  ];
  return `${title}\n${sentence}\n\n${formatTable(columns, rows)}`;
}
