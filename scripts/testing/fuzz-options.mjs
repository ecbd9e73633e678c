// The command line of npm run fuzz.
import fs from "node:fs";
import { parseArgs } from "node:util";
import { inRoot } from "../setup/paths.mjs";
import { SetupError } from "../setup/setup-error.mjs";

const ENDING = ".test.ts";

/** What can be fuzzed: the files of test/fuzz. */
export const TARGETS = fs
  .readdirSync(inRoot("test/fuzz"))
  .filter((name) => name.endsWith(ENDING))
  .map((name) => name.slice(0, -ENDING.length))
  .sort();

export const USAGE = `npm run fuzz -- [targets] [options]
  targets        some of ${TARGETS.join(", ")} (default: all, two at a time)
  --minutes N    for each property, from 0.1 to 10080 (default 10)
  --seed N       the first seed, a whole number, to repeat a run (default: another one each time)
  --help`;

// What a test's timer can hold, and less than a second would be none.
const [LEAST, MOST] = [0.1, 10080];

const OPTIONS = {
  minutes: { type: "string", default: "10" },
  seed: { type: "string" },
  help: { type: "boolean", default: false },
};

function parsed(args) {
  try {
    return parseArgs({ args, allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${USAGE}`);
  }
}

/** Checked options; a mistake is a SetupError with one message. */
export function parseFuzzOptions(args) {
  const { values, positionals } = parsed(args);
  const unknown = positionals.filter((name) => !TARGETS.includes(name));
  if (unknown.length > 0)
    throw new SetupError(`No target is called ${unknown.join(", ")}. There are: ${TARGETS.join(", ")}.`);
  const minutes = Number(values.minutes);
  if (!(minutes >= LEAST && minutes <= MOST))
    throw new SetupError(`--minutes wants a number from ${LEAST} to ${MOST}, not ${values.minutes}.`);
  if (values.seed !== undefined && !/^\d{1,10}$/.test(values.seed))
    throw new SetupError(`--seed wants a whole number, as a report names it, not ${values.seed}.`);
  const files = [...new Set(positionals)].map((name) => `test/fuzz/${name}${ENDING}`);
  return { help: values.help, seconds: Math.round(minutes * 60), seed: values.seed, files };
}
