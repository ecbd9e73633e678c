// A pool of worker threads that share one loaded network. Decoding and inference run off the event loop anyway, so workers
// pay only where JavaScript itself is busy: here each one walks over the map. Maps lie in SharedArrayBuffers, so that
// they go from thread to thread without a copy.
//
//   node examples/worker-pool.mjs <pictures...> [--model <package>] [--workers 2]
import { once } from "node:events";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { AutoModel } from "deeplab-rt";

async function work({ model: folder, mostPixels = 4096 * 3072 }) {
  const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
  // The network is in memory once a process: whoever opens the same package shares it.
  const model = await AutoModel.fromPretrained(folder);
  const out = {
    segmentationMap: new Uint8Array(new SharedArrayBuffer(mostPixels)),
    confidence: new Float32Array(new SharedArrayBuffer(mostPixels * 4)),
  };
  port.postMessage("ready");
  for (let [image] = await once(port, "message"); image; [image] = await once(port, "message")) {
    try {
      const { width, height, segmentationMap } = await model.infer(image, { out });
      const edges = countEdges(segmentationMap, width, height);
      // A view of `out` is posted as it is: both threads look at the same bytes.
      port.postMessage({ image, width, height, segmentationMap, edges });
    } catch (error) {
      port.postMessage({ image, failed: String(error) });
    }
  }
  await model.close();
}

/** Pixels whose right or lower neighbour has another class: plain JavaScript that takes its time. */
function countEdges(map, width, height) {
  let edges = 0;
  for (let y = 0; y < height - 1; y++)
    for (let x = 0; x < width - 1; x++) {
      const i = y * width + x;
      if (map[i] !== map[i + 1] || map[i] !== map[i + width]) edges++;
    }
  return edges;
}

/** One worker takes pictures until there are none. What it answers is looked at before it gets the next one. */
async function runWorker(model, pictures) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { model } });
  await once(worker, "message");
  for (const picture of pictures) {
    worker.postMessage(picture);
    const [{ image, width, height, segmentationMap, edges, failed }] = await once(worker, "message");
    const memory = segmentationMap?.buffer instanceof SharedArrayBuffer ? "shared" : "copied";
    console.log(`${image}: ${failed ?? `${width}×${height}, ${edges} edge pixels, map ${memory}`}`);
    if (failed) process.exitCode = 1;
  }
  worker.postMessage(null);
  await once(worker, "exit");
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      model: { type: "string", default: "models/sample" },
      workers: { type: "string", default: "2" },
    },
  });
  const samples = ["wood", "metal", "fabric"].map((name) => `assets/samples/${name}.jpg`);
  // One iterator for all workers: each picture is taken once.
  const pictures = (positionals.length > 0 ? positionals : samples).values();
  const count = Number(values.workers);
  if (!Number.isInteger(count) || count < 1 || count > 64)
    throw new Error(`--workers is a whole number from 1 to 64, not ${values.workers}`);
  await Promise.all(Array.from({ length: count }, () => runWorker(values.model, pictures)));
}

await (isMainThread ? main() : work(workerData));
