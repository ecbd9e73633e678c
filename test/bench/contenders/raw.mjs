// The bare network: an input tensor that lies ready, logits that nobody reads.
import { picture } from "../pictures.mjs";
import { makePreprocess } from "./javascript-preprocess.mjs";
import { openSession, readPackage } from "./session.mjs";

/** The ready input, `batch` times over. */
function repeated(tensor, batch) {
  const all = new Float32Array(tensor.length * batch);
  for (let i = 0; i < batch; i += 1) all.set(tensor, i * tensor.length);
  return all;
}

/**
 * `settings.reuseOutput`: the logits' memory is allocated once and handed to every run, which the usual
 * `session.run(feeds)` does not do.
 */
export async function openRaw({ folder, threads, reuseOutput = false }) {
  const { ort, run, close } = await openSession({ folder, threads });
  const description = await readPackage(folder);
  const prepare = async ({ picture: name, batch = 1 }) => {
    const source = picture(name);
    const tensor = makePreprocess(source, description.input, description)(source.data);
    const input = repeated(tensor, batch);
    const { dims } = await run(input, { batch });
    const size = dims.reduce((product, value) => product * value, 1);
    const into = reuseOutput ? new ort.Tensor("float32", new Float32Array(size), dims) : undefined;
    return async () => {
      const start = performance.now();
      await run(input, { batch, into });
      return { stages: { network: performance.now() - start }, images: batch };
    };
  };
  return { prepare, close };
}
