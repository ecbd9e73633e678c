// NV12, what cameras and video decoders give: random packages and pictures against the oracle, and its overlay.

import { AutoModel } from "deeplab-rt";
import { afterAll, expect, test } from "vitest";
import { TemporaryFolder } from "../support/package-folder.js";
import { Random } from "../support/random.js";
import { checkImage } from "./check-image.js";
import { blackImage, madeModel } from "./made-model.js";
import { nv12ToRgb } from "./nv12.js";
import { randomNv12, randomPackage } from "./random-case.js";

const folder = new TemporaryFolder();
afterAll(() => folder.dispose());

test.each([31, 32])("the pipeline agrees with the oracle on NV12, seed %i", async (seed) => {
  const random = new Random(seed);
  let answered = 0;
  for (let i = 0; i < 24; i++) {
    const made = randomPackage(random);
    const path = folder.writePackage(`${seed}-${i}`, made.files);
    await using model = await AutoModel.fromPretrained(path, { device: "cpu" });
    for (let k = 0; k < 5; k++) {
      if (await checkImage(model, made, randomNv12(random), { confidence: made.confidence })) answered++;
    }
  }
  expect(answered).toBeGreaterThan(100);
});

test("an overlay over NV12 shows the picture as RGB", async () => {
  const logits = { channels: 2, width: 2, height: 2, data: Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0) };
  await using model = await madeModel(folder, "overlay", { logits, names: 2 });
  const random = new Random(5);
  for (let i = 0; i < 20; i++) {
    const image = randomNv12(random);
    const { width, height } = image;
    const result = await model.infer(blackImage(width, height), { confidence: 0 });
    expect([...new Set(result.segmentationMap)]).toEqual([0]); // all background: nothing is painted
    const { data } = await result.overlay({ image });
    const rgb = nv12ToRgb(image).data;
    const expected = Uint8Array.from(data, (_, at) =>
      at % 4 === 3 ? 255 : (rgb[Math.floor(at / 4) * 3 + (at % 4)] as number),
    );
    expect(data).toEqual(expected);
  }
});
