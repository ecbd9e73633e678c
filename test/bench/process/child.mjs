// A contender in a process of its own: memory and event loop are its alone. Sits still until told to run.
import { CONTENDERS } from "../contenders/index.mjs";
import { MODES } from "./measure.mjs";

/** The ONNX Runtime that this process has really mapped: contenders must share the file, not just the version. */
async function mappedEngine() {
  if (process.platform !== "linux") return null;
  const { readFile } = await import("node:fs/promises");
  const maps = await readFile("/proc/self/maps", "utf8");
  return /\S*libonnxruntime\.so\S*/.exec(maps)?.[0] ?? null;
}

function memory() {
  return { rss: process.memoryUsage.rss(), peakRss: process.resourceUsage().maxRSS * 1024 };
}

/** Requests that are alike share their preparation: the tensor of `raw`, the tap tables of plain JavaScript. */
function preparer(contender) {
  const prepared = new Map();
  return async (question) => {
    const key = JSON.stringify([question.picture, question.batch, question.confidence]);
    if (!prepared.has(key)) prepared.set(key, await contender.prepare(question));
    return prepared.get(key);
  };
}

async function answer(prepare, question) {
  const run = await prepare(question);
  const { samples, map } = await MODES[question.mode ?? "requests"](run, question);
  return { samples, ...memory(), map: question.wantMap ? map : undefined };
}

async function serve({ contender: name, settings }) {
  const contender = await CONTENDERS[name].open(settings);
  const prepare = preparer(contender);
  process.on("message", async (question) => {
    if (question.end) {
      await contender.close();
      process.disconnect();
      return;
    }
    try {
      process.send(await answer(prepare, question));
    } catch (error) {
      process.send({ error: error.stack });
    }
  });
  process.send({ ready: { ...contender.facts, mapped: await mappedEngine(), ...memory() } });
}

process.once("message", (start) => {
  serve(start).catch((error) => {
    process.send({ error: `${error.code ? `${error.code}: ` : ""}${error.message}` }, () => process.exit(0));
  });
});
