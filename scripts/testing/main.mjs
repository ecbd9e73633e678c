// What npm test does once Node is new enough: which suites, then prepare, then run.
import { prepare } from "../setup/prepare.mjs";
import { SetupError } from "../setup/setup-error.mjs";

const USAGE = "Use: npm test [-- suite …]   npm run test:quick [-- suite …]";

function chooseSuites(all, args) {
  const quick = args.includes("--quick");
  const names = args.filter((arg) => !arg.startsWith("-"));
  const unknown = names.filter((name) => !all.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    const known = all.map(({ name }) => name).join(", ");
    throw new SetupError(`No suite is called ${unknown.join(", ")}. There are: ${known}.\n${USAGE}`);
  }
  const inFullRun = ({ slow, onDemand }) => !onDemand && !(quick && slow);
  const chosen = all.filter((suite) => (names.length > 0 ? names.includes(suite.name) : inFullRun(suite)));
  return { quick, chosen };
}

/** A failed set-up is a failed test too: the last line that machines read has to say so. */
async function prepareOrCount() {
  try {
    await prepare();
  } catch (error) {
    process.once("exit", () => console.log("0 passed, 1 failed, 0 skipped"));
    throw error;
  }
}

/** Prepares the checkout and runs the suites named in `args` (none: all; --quick: not the slow ones). */
export async function testAfterSetup(args) {
  const start = performance.now();
  await prepareOrCount();
  console.log(`set-up: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  // Imported only now: it may need what the set-up installed.
  const { SUITES } = await import("./suites.mjs");
  const { runSuites } = await import("./run-suites.mjs");
  const { quick, chosen } = chooseSuites(SUITES, args);
  const ok = await runSuites(chosen, { quick });
  process.exitCode = ok ? 0 : 1;
}
