// Runs one scenario: starts its processes, lets its groups run round by round, ends the processes.
import { runGroup, startAll } from "../process/rounds.mjs";

const LEAST_ROUNDS = 3;

/**
 * A group's rounds: its own number, or its share of the run's.
 *
 * @param {{ rounds?: number, share?: number }} group
 * @param {number} wanted the run's
 */
export function roundsOf({ rounds, share = 1 }, wanted) {
  return rounds ?? Math.max(Math.round(wanted * share), Math.min(LEAST_ROUNDS, wanted));
}

/**
 * @returns {Promise<{ results: object, leftOut: Record<string, string>, facts: object }>} results by group and cell
 */
export async function runScenario(plan, context, log) {
  const { running, leftOut } = await startAll(plan.processes);
  const facts = Object.fromEntries([...running].map(([process, { facts }]) => [process, facts]));
  const results = {};
  try {
    for (const group of plan.groups) {
      log(`  ${group.name}`);
      results[group.name] = await runGroup(running, group, roundsOf(group, context.rounds), leftOut);
    }
  } finally {
    await Promise.all([...running.values()].map((contender) => contender.end()));
  }
  for (const [id, reason] of Object.entries(leftOut)) log(`  left out: ${id}: ${reason}`);
  return { results, leftOut, facts };
}
