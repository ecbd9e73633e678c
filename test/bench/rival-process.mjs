// A rival in a process of its own: memory and event loop are its alone. Sits still until told to run.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { drawPicture, SIZES } from "./pictures.mjs";
import { RIVALS } from "./rivals.mjs";

const [name, folder, threads] = process.argv.slice(2);
const rival = await RIVALS[name].open({ folder, threads: Number(threads) });
const runs = new Map();
// The finest the histogram offers; the delay of an idle loop is this resolution.
const delay = monitorEventLoopDelay({ resolution: 1 });

function runOf(size) {
  if (!runs.has(size)) runs.set(size, rival.prepare(drawPicture(SIZES[size])));
  return runs.get(size);
}

async function measure(size) {
  const run = runOf(size);
  delay.reset();
  delay.enable();
  // Two turns of the loop, so that the histogram's timer runs before and after the request.
  await new Promise((resolve) => setTimeout(resolve, 2));
  const start = performance.now();
  const { stages, map } = await run();
  const total = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 2));
  delay.disable();
  return { total, stages, loopDelay: delay.max / 1e6, map };
}

process.on("message", async ({ size, wantMap, end }) => {
  if (end) {
    await rival.close();
    process.disconnect();
    return;
  }
  const { map, ...numbers } = await measure(size);
  const rss = process.memoryUsage.rss();
  const peakRss = process.resourceUsage().maxRSS * 1024;
  process.send({ ...numbers, rss, peakRss, map: wantMap ? map : undefined });
});
process.send("ready");
