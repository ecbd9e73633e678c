// Loads models and answers for tests that run elsewhere: frames in on stdin, frames out on stdout. Plain JavaScript, as
// it also runs in another machine's Node.js under an emulator. Takes its addon from DEEPLAB_RT_ADDON.

import { AutoModel } from "../../../dist/index.mjs";
import { encodeFrame, readFrames } from "./frames.mjs";

const models = new Map();

/** What a test may look at, without the methods. */
function plainResult(result) {
  const { width, height, segmentationMap, confidence, classNames, imageMetadata, timings, nonFinitePixels } =
    result;
  return { width, height, segmentationMap, confidence, classNames, imageMetadata, timings, nonFinitePixels };
}

const methods = {
  async load({ model, location, options }) {
    const loaded = await AutoModel.fromPretrained(location, options);
    models.set(model, loaded);
    return { classNames: loaded.classNames, info: loaded.info() };
  },
  async infer({ model, images, options }) {
    const results = await models.get(model).infer(images, options);
    return Array.isArray(images) ? results.map(plainResult) : plainResult(results);
  },
  async inspect({ model, images, options }) {
    const { inputTensor, logits, result } = await models.get(model).inspect(images, options);
    return { inputTensor, logits, result: plainResult(result) };
  },
  async stats({ model }) {
    return models.get(model).stats();
  },
  async close({ model }) {
    await models.get(model).close();
    models.delete(model);
    return null;
  },
};

function plainError({ name, code, message, detail }) {
  return { name, code, message, detail };
}

readFrames(process.stdin, async ({ id, method, ...rest }) => {
  const answer = await methods[method](rest).then(
    (value) => ({ id, value }),
    (error) => ({ id, error: plainError(error) }),
  );
  process.stdout.write(encodeFrame(answer));
});
process.stdin.on("end", () => process.exit(0));
