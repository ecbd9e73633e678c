// Runs of the same tests in several variants: instruction set, head cut, batching. test/support/subject/variant.ts reads
// the variables. As many at once as there are cores: a run waits half of its time for the loading of networks.
import os from "node:os";
import { mergeResults } from "../result.mjs";
import { runVitest } from "../run-vitest.mjs";

const settings = ["on", "off"];

/** Every head cut with every batching. */
export const ALL_WAYS = settings.flatMap((headCut) => settings.map((batching) => ({ headCut, batching })));

/** What the golden cases are run with: `[{ label, paths, env }]`. */
export function goldenRuns(ways, env, label = "golden") {
  return ways.map(({ headCut, batching }) => ({
    label: `${label}, head cut ${headCut}, batching ${batching}`,
    paths: ["test/golden"],
    env: { ...env, DEEPLAB_TEST_HEAD_CUT: headCut, DEEPLAB_TEST_BATCHING: batching },
  }));
}

/** Tests named after their run, so that a failure says which variant it was. */
export function labelled(label, { passed, failures, skips }) {
  const name = (item) => ({ ...item, name: `[${label}] ${item.name}` });
  return { passed, failures: failures.map(name), skips: skips.map(name) };
}

async function runOne(suite, run, number) {
  const start = performance.now();
  const found = await runVitest(`${suite}-${number}`, run.paths, { env: run.env, quiet: true });
  const result = labelled(run.label, found);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`   ${run.label}: ${result.passed} passed, ${result.failures.length} failed (${seconds} s)`);
  return result;
}

/** Runs all of `runs` and joins their results. */
export async function runVariants(suite, runs, atOnce = os.availableParallelism()) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < runs.length) {
      const number = next++;
      results[number] = await runOne(suite, runs[number], number);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return mergeResults(results);
}
