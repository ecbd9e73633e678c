// What a contender's process does when it is told to run: requests one after another, several callers at once, or
// a watch over the event loop.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

async function timed(run) {
  const start = performance.now();
  const { stages = {}, images = 1, map } = (await run()) ?? {};
  return { total: performance.now() - start, stages, images, map };
}

const warmed = new WeakSet();

/**
 * One request to warm the caches after the others' turns, then up to `repeats` within about `limit` ms. `warm`: so many
 * more before the process's first turn, where the compiler of JavaScript is to be through with the code.
 */
async function requests(run, { repeats = 3, limit = 500, warm = 0 }) {
  for (let i = 0; i < warm && !warmed.has(run); i += 1) await run();
  warmed.add(run);
  const first = await timed(run);
  // Where one request is longer than the limit, cold caches are nothing to it.
  const samples = first.total > limit ? [first] : [];
  let spent = 0;
  while (samples.length < repeats && spent < limit && first.total <= limit) {
    // Without its map: a caller lets go of a result, and its memory serves the next request.
    const { total, stages, images } = await timed(run);
    spent += total;
    samples.push({ total, stages, images });
  }
  return {
    map: first.map,
    samples: samples.map(({ total, stages, images }) => ({
      total: total / images,
      stages: stages.network === undefined ? stages : { ...stages, outside: total - stages.network },
    })),
  };
}

/** `callers` loops at once, each with `repeats` requests; what counts is images a second over all of them. */
async function callers(run, { callers: count, repeats = 2 }) {
  const first = await timed(run);
  const latencies = [];
  let images = 0;
  const loop = async () => {
    for (let i = 0; i < repeats; i += 1) {
      const sample = await timed(run);
      latencies.push(sample.total);
      images += sample.images;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: count }, loop));
  const elapsed = performance.now() - start;
  const latency = latencies.reduce((sum, value) => sum + value, 0) / latencies.length;
  return { map: first.map, samples: [{ total: elapsed / images, stages: { latency } }] };
}

async function delayDuring(work) {
  // The finest the histogram offers: an idle loop shows about this resolution.
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  // Its timer measures from one turn to the next: without turns before and after, a delay is not seen.
  await pause(5);
  await work();
  await pause(5);
  histogram.disable();
  const inMs = (value) => value / 1e6;
  return {
    p50: inMs(histogram.percentile(50)),
    p99: inMs(histogram.percentile(99)),
    max: inMs(histogram.max),
  };
}

/** Event-loop delay while idle, then while `callers` loops keep the contender busy. */
async function loop(run, { callers: count = 1, idle = 500, busy = 2000 }) {
  const first = await timed(run);
  const quiet = await delayDuring(() => pause(idle));
  let requestsDone = 0;
  const watched = await delayDuring(async () => {
    const end = performance.now() + busy;
    const keepBusy = async () => {
      while (performance.now() < end) {
        await run();
        requestsDone += 1;
        // A contender that blocks would otherwise never let the histogram's timer run.
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all(Array.from({ length: count }, keepBusy));
  });
  const stages = {
    idleP99: quiet.p99,
    busyP99: watched.p99,
    busyMax: watched.max,
    extraP99: watched.p99 - quiet.p99,
  };
  return { map: first.map, samples: [{ total: busy / requestsDone, stages }] };
}

/** Ways to measure, by the question's `mode`. */
export const MODES = { requests, callers, loop };
