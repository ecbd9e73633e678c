// A model in a process of its own, so that a crash is an answer too: node answer.mjs JOB, a JSON file with
// { folder, options, pictures: [{ width, height }], repeats, maps }. Writes the maps of every picture behind one another
// into the file `maps` and prints { info, times }, or { error: { code, message } }.
import { createHash } from "node:crypto";
import fs from "node:fs";
import { drawPicture } from "../../test/bench/pictures.mjs";
import { spread } from "../../test/bench/report/statistics.mjs";
import { importProduct } from "./product.mjs";

const STAGES = ["preprocess", "network", "postprocess", "total"];

async function answersOf(model, { pictures, repeats }) {
  const maps = [];
  const samples = [];
  for (const size of pictures) {
    const picture = drawPicture(size);
    for (let i = 0; i < repeats; i += 1) {
      const result = await model.infer(picture);
      samples.push(result.timings);
      if (i > 0) continue;
      maps.push(Buffer.from(Uint16Array.from(result.segmentationMap).buffer));
      maps.push(Buffer.from(Float32Array.from(result.confidence).buffer));
    }
  }
  const times = STAGES.map((stage) => [stage, spread(samples.map((sample) => sample[stage]))]);
  return { bytes: Buffer.concat(maps), times: Object.fromEntries(times) };
}

async function run(job) {
  const { AutoModel } = await importProduct();
  const model = await AutoModel.fromPretrained(job.folder, job.options);
  try {
    const { bytes, times } = await answersOf(model, job);
    fs.writeFileSync(job.maps, bytes);
    return { info: model.info(), times, sha256: createHash("sha256").update(bytes).digest("hex") };
  } finally {
    await model.close();
  }
}

const job = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
try {
  console.log(JSON.stringify(await run(job)));
} catch (error) {
  console.log(JSON.stringify({ error: { code: error.code ?? "", message: error.message } }));
}
