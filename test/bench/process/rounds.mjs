// Lets contenders run in turn, so that a slow minute of the machine hits all of them.
import { setTimeout as pause } from "node:timers/promises";
import { agreement } from "../report/agreement.mjs";
import { median, medians } from "../report/statistics.mjs";
import { shortReason, startContender } from "./start.mjs";

// ONNX Runtime's threads spin for a moment after their last work; the next contender should not pay for it.
const SETTLE_MS = 25;
// A turn longer than this comes in every second, third, … round only, but never in fewer than LEAST_TURNS.
const LONG_TURN_MS = 1500;
const LEAST_TURNS = 5;

/** In which rounds a contender whose turn takes `turnMs` runs: every `n`-th. */
export function turnEvery(turnMs, rounds) {
  const wanted = Math.ceil(turnMs / LONG_TURN_MS);
  return Math.max(1, Math.min(wanted, Math.floor(rounds / LEAST_TURNS)));
}

/** Starts every process of a scenario; those that cannot run here are told apart with their reason. */
export async function startAll(processes) {
  const running = new Map();
  const leftOut = {};
  for (const [id, start] of Object.entries(processes)) {
    const contender = await startContender(start);
    if (contender.unavailable === undefined) running.set(id, contender);
    else leftOut[id] = contender.unavailable;
  }
  return { running, leftOut };
}

async function turn(running, cell, wantMap) {
  await pause(SETTLE_MS);
  const start = performance.now();
  const reply = await running.get(cell.process).ask({ ...cell.question, wantMap });
  return { ...reply, turnMs: performance.now() - start };
}

function emptyResult(cell) {
  return { process: cell.process, totals: [], stages: [], peakRss: 0, rss: 0, agreement: null };
}

/** The cell's first turn; a contender that cannot do it at all is left out, and its reason is kept. */
async function firstTurn(running, cell, leftOut) {
  try {
    return await turn(running, cell, cell.mapKind !== undefined);
  } catch (error) {
    leftOut[cell.id] = shortReason(error.message);
    return null;
  }
}

/** One warm-up turn a cell: caches fill, maps are compared with those of the group's first cell of the same kind. */
async function warmUp(running, cells, leftOut) {
  const results = {};
  const firstMaps = new Map();
  for (const cell of cells) {
    const first = await firstTurn(running, cell, leftOut);
    if (first === null) continue;
    results[cell.id] = { ...emptyResult(cell), turnMs: first.turnMs };
    if (cell.mapKind === undefined || !first.map) continue;
    const other = firstMaps.get(cell.mapKind);
    if (other === undefined) firstMaps.set(cell.mapKind, first.map);
    else results[cell.id].agreement = agreement(other, first.map);
  }
  return results;
}

/** A round's figure is the median of the requests in that turn. */
function keep(result, round, { samples, rss, peakRss }) {
  result.totals[round] = median(samples.map(({ total }) => total));
  result.stages[round] = medians(samples.map(({ stages }) => stages));
  result.rss = rss;
  result.peakRss = Math.max(result.peakRss, peakRss);
}

/**
 * Runs one group of cells for `rounds` rounds. Reasons of cells that cannot run go into `leftOut`.
 *
 * @returns {Promise<Record<string, { totals: (number|null)[], stages: (object|null)[], peakRss: number }>>} by cell
 */
export async function runGroup(running, group, rounds, leftOut) {
  const cells = group.cells.filter(({ process }) => running.has(process));
  const results = await warmUp(running, cells, leftOut);
  const measured = cells.filter((cell) => cell.measured !== false && results[cell.id] !== undefined);
  for (let round = 0; round < rounds; round += 1) {
    // The order turns with the round: nobody always runs after the same neighbour.
    const shift = round % Math.max(measured.length, 1);
    for (const cell of [...measured.slice(shift), ...measured.slice(0, shift)]) {
      const result = results[cell.id];
      result.totals[round] = null;
      result.stages[round] = null;
      if (round % turnEvery(result.turnMs, rounds) !== 0) continue;
      keep(result, round, await turn(running, cell, false));
    }
  }
  return results;
}
