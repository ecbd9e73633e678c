// Files named one by one, as shells expand *.png, may be outputs of others among them: a run must not go on from those.

import path from "node:path";
import { DeepLabError } from "../../errors.js";
import { showPath } from "../../show.js";
import { allFileFormats, type Format, outputFile, videoFile } from "./formats.js";
import type { FoundInputs, Input } from "./inputs.js";
import { placeFor } from "./plan.js";
import type { SegmentSettings } from "./settings.js";

/**
 * Leaves out the inputs that are where outputs of other inputs go, in whatever format: an overlay is no picture to
 * segment when masks are asked for, either.
 * @throws DeepLabError OPTION_INVALID where `--overwrite` would replace one of them
 */
export function withoutOwnOutputs({ inputs, leftOut }: FoundInputs, settings: SegmentSettings): FoundInputs {
  const { formats, existing } = settings;
  const outputs = outputsOf(inputs, settings);
  const isOutput = ({ id }: Input) => outputs.has(id);
  for (const input of inputs.filter(isOutput)) {
    const { of, format } = outputs.get(input.id) as Output;
    if (existing === "replace" && formats.includes(format)) throw wouldReplaceInput(input, of, format);
  }
  const left = inputs.filter((input) => !isOutput(input));
  if (left.length === inputs.length) return { inputs, leftOut };
  // Without them others may lie elsewhere.
  return withoutOwnOutputs({ inputs: left, leftOut: leftOut + inputs.length - left.length }, settings);
}

interface Output {
  readonly of: Input;
  readonly format: Format;
}

function outputsOf(inputs: readonly Input[], { output, formats }: SegmentSettings): Map<string, Output> {
  const outputs = new Map<string, Output>();
  for (const { input, stem } of placeFor(inputs, formats)) {
    for (const format of allFileFormats) {
      const file = isVideo(input) ? videoFile(stem, format) : outputFile(stem, format);
      if (file !== undefined) outputs.set(path.resolve(output, file), { of: input, format });
    }
  }
  return outputs;
}

const isVideo = ({ kind }: Input) => kind === "clip" || kind === "camera";

function wouldReplaceInput(input: Input, of: Input, format: Format): DeepLabError {
  const [name, other] = [showPath(input.name), showPath(of.name)];
  return new DeepLabError(
    "OPTION_INVALID",
    `${name} is an input, and the ${format} of ${other} would replace it.`,
    {
      detail: { option: "--overwrite", found: name },
      hint: "leave it out of the inputs, or pass another --output.",
    },
  );
}
