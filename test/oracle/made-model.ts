// A model of given logits, loaded; for tests that look at one thing at a time.

import type { RawImage } from "deeplab-rt";
import { type FixedLogits, fixedLogitsNetwork } from "../support/networks.js";
import { classNames, plainConfig, type TemporaryFolder } from "../support/package-folder.js";
import { loadModel, type TestModel } from "../support/subject/subject.js";
import type { Geometry, Size } from "./geometry.js";
import { type ClassRules, type OracleMaps, postprocess } from "./postprocess.js";

/** Logits of one image, and how many names the package has for them. */
export interface MadeLogits {
  readonly logits: FixedLogits;
  readonly names: number;
  readonly backgroundId?: number;
}

/** The network's input: small, as its values do not matter. */
const input: Size = { width: 8, height: 8 };

/** Writes and loads a package that stretches pictures to 8×8 and always answers these logits. */
export async function madeModel(
  folder: TemporaryFolder,
  name: string,
  { logits, names, backgroundId = 0 }: MadeLogits,
): Promise<TestModel> {
  const path = folder.writePackage(name, {
    classNames: classNames(names, backgroundId),
    config: plainConfig(input.width, input.height),
    weights: fixedLogitsNetwork({ batch: 1, ...input }, logits),
  });
  return loadModel(path, { device: "cpu" });
}

/** A black picture. */
export function blackImage(width: number, height: number): RawImage {
  return { data: new Uint8Array(width * height), width, height, colorFormat: "gray" };
}

/** What the oracle says to the logits for a picture of this size. */
export function stretched(made: MadeLogits, size: Size, thresholds: ClassRules["thresholds"]): OracleMaps {
  const geometry: Geometry = {
    source: size,
    crop: { x: 0, y: 0, ...size },
    input,
    scaled: input,
    pads: { left: 0, top: 0, right: 0, bottom: 0 },
  };
  const rules = { classCount: made.names, backgroundId: made.backgroundId ?? 0, thresholds };
  return postprocess(made.logits, geometry, rules);
}

/** The same threshold for every id. */
export function uniform(made: MadeLogits, threshold: number): Float32Array {
  return new Float32Array(Math.max(made.names, made.logits.channels) + 1).fill(threshold);
}
