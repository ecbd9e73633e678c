// From measurements to the table that is printed and the JSON that is kept.
import { RIVALS } from "./rivals.mjs";
import { median, medians } from "./statistics.mjs";

/** deeplab-rt's time as a multiple of the bare network's: what the project promises. */
export const TARGETS = { "512x512": 1.1, "1080p": 2.5 };

/** Random weights leave some pixels near a tie; rivals that agree on less than this do different work. */
export const LEAST_AGREEMENT = 0.999;

/** Share of equal pixels of two maps: rivals that do not do the same work are no rivals. */
export function agreement(a, b) {
  if (!a || !b || a.length !== b.length) return null;
  let equal = 0;
  for (let i = 0; i < a.length; i += 1) if (a[i] === b[i]) equal += 1;
  return equal / a.length;
}

function summarize(list) {
  return {
    total: median(list.map(({ total }) => total)),
    stages: medians(list.map(({ stages }) => stages)),
    loopDelay: median(list.map(({ loopDelay }) => loopDelay)),
    peakRss: Math.max(...list.map(({ peakRss }) => peakRss)),
    runs: list.length,
  };
}

/** `{ size: { rivals: { name: summary }, ratio, target, agreement } }`. */
export function buildReport({ measurements, maps }) {
  const report = {};
  for (const [size, byRival] of Object.entries(measurements)) {
    const rivals = Object.fromEntries(Object.entries(byRival).map(([name, list]) => [name, summarize(list)]));
    const ratio = rivals.raw && rivals.ours ? rivals.ours.total / rivals.raw.total : null;
    const same = agreement(maps[size].ours, maps[size].javascript);
    report[size] = { rivals, ratio, target: TARGETS[size] ?? null, agreement: same };
  }
  return report;
}

const ms = (value) => (value === undefined ? "" : value.toFixed(1)).padStart(9);
const mib = (bytes) => (bytes / 2 ** 20).toFixed(0).padStart(8);

function rivalLine(name, { total, stages, loopDelay, peakRss }) {
  const times = [total, stages.preprocess, stages.network, stages.postprocess, loopDelay].map(ms).join("");
  return `  ${RIVALS[name].label.padEnd(30)}${times}${mib(peakRss)}`;
}

const isMissed = ({ ratio, target }) => ratio !== null && target !== null && ratio > target;
const isUnlike = ({ agreement: same }) => same !== null && same < LEAST_AGREEMENT;

/** deeplab-rt's median as a multiple of a rival's, the promise, and whether the rivals do the same work. */
function verdictLines(entry) {
  const { rivals, ratio, target, agreement: same } = entry;
  const lines = [];
  if (ratio !== null) {
    const verdict =
      target === null ? "no target" : `target ${target.toFixed(2)}: ${isMissed(entry) ? "MISSED" : "met"}`;
    lines.push(`  ratio deeplab-rt / session.run   ${ratio.toFixed(3)}   ${verdict}`);
  }
  if (rivals.javascript && rivals.ours)
    lines.push(
      `  ratio JavaScript / deeplab-rt    ${(rivals.javascript.total / rivals.ours.total).toFixed(3)}`,
    );
  if (same !== null)
    lines.push(
      `  maps agree on ${(same * 100).toFixed(2)} % of pixels${isUnlike(entry) ? "   NOT THE SAME WORK" : ""}`,
    );
  return lines;
}

/** Why the run fails: rivals that do other work, and with `check` targets that were missed. */
export function problems(report, check) {
  const entries = Object.entries(report);
  const unlike = entries.filter(([, entry]) => isUnlike(entry));
  const missed = check ? entries.filter(([, entry]) => isMissed(entry)) : [];
  return [
    ...unlike.map(([size]) => `FAILED ${size}: the rivals' maps differ, so their times cannot be compared`),
    ...missed.map(([size, { ratio, target }]) => `FAILED ${size}: ${ratio.toFixed(3)} is above ${target}`),
  ];
}

/** Lines of the table. */
export function tableLines(report) {
  const head = ["total", "pre", "network", "post", "loop"].map((name) => name.padStart(9)).join("");
  const lines = [`medians in ms; loop = longest event-loop delay during a request; RSS = peak in MiB`];
  for (const [size, entry] of Object.entries(report)) {
    lines.push("", `${size.padEnd(32)}${head}${"RSS".padStart(8)}`);
    for (const [name, summary] of Object.entries(entry.rivals)) lines.push(rivalLine(name, summary));
    lines.push(...verdictLines(entry));
  }
  return lines;
}
