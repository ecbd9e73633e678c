// Sizes and formats at which the 8-bit resize takes another way: halves, equal sizes, single pixels.

import { afterAll, describe, expect, test } from "vitest";
import { fixedLogitsNetwork } from "../support/networks.js";
import { classNames, plainConfig, TemporaryFolder } from "../support/package-folder.js";
import { Random } from "../support/random.js";
import { loadModel } from "../support/subject/subject.js";
import { checkImage } from "./check-image.js";
import { bytesPerPixel, type InputConfig } from "./preprocess.js";
import { type RandomImage, randomNv12 } from "./random-case.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());

const input = { width: 12, height: 10 };
const formats = ["rgb", "bgr", "rgba", "bgra", "gray", "nv12"] as const;

/** Exactly half, equal, double, a quarter; half in one direction only; nearly half; one pixel wide or high. */
const sizes = [
  [24, 20],
  [12, 10],
  [6, 5],
  [48, 40],
  [24, 10],
  [12, 20],
  [24, 40],
  [25, 20],
  [24, 21],
  [1, 1],
  [1, 20],
  [24, 1],
] as const;

function noise(
  random: Random,
  width: number,
  height: number,
  colorFormat: (typeof formats)[number],
): RandomImage {
  if (colorFormat === "nv12") return randomNv12(random, width, height);
  const stride = width * bytesPerPixel(colorFormat) + 3;
  return { width, height, stride, colorFormat, data: random.bytes(stride * height) };
}

describe("the network's input", () => {
  const variants = [
    ["rgb", false],
    ["bgr", false],
    ["rgb", true],
    ["bgr", true],
  ] as const;

  test.each(variants)(
    "for a %s network, grayscale %s: every size and format",
    async (networkColor, grayscale) => {
      const logits = { channels: 2, width: 3, height: 2, data: new Random(1).floats(12, -2, 2) };
      const config: InputConfig = {
        resizeMode: "stretch",
        input,
        staticCrop: undefined,
        paddingValue: 0,
        networkColor,
        scalingFactor: 255,
        normalization: undefined,
        grayscale,
      };
      const plain = plainConfig(input.width, input.height);
      const path = folder.writePackage(`${networkColor}-${grayscale}`, {
        classNames: classNames(2),
        config: {
          ...plain,
          image_pre_processing: { grayscale: { enabled: grayscale } },
          network_input: { ...(plain.network_input as object), color_mode: networkColor },
        },
        weights: fixedLogitsNetwork({ batch: 1, ...input }, logits),
      });
      const random = new Random(7);
      const rules = { classCount: 2, backgroundId: 0, thresholds: [0.5, 0.5] };
      await using model = await loadModel(path, { device: "cpu" });
      for (const [width, height] of sizes) {
        for (const format of formats) {
          const image = noise(random, width, height, format);
          expect(await checkImage(model, { config, logits, rules }, image, {})).toBe(true);
        }
      }
    },
  );
});
