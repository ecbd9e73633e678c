// The benchmark's command line.
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { inRoot } from "../../scripts/setup/paths.mjs";
import { SetupError } from "../../scripts/setup/setup-error.mjs";
import { DEFAULT, SCENARIOS } from "./scenarios/index.mjs";

const QUICK_ROUNDS = 3;

/** The committed run that reviews are compared with; `--write-docs` writes it. */
export const BASELINE = inRoot("docs", "bench.json");

export const USAGE = `npm run bench -- [options]
  --scenario a,b     which: ${Object.keys(SCENARIOS).join(", ")}, or all (default ${DEFAULT.join(",")})
  --rounds N         rounds of every contender (default 15)
  --quick            ${QUICK_ROUNDS} rounds: does it run, not how fast is it
  --threads N        the engine's threads (default: all cores)
  --python           the Python reference and OpenVINO too; makes an environment of about 5 GB under build/
  --check            exit code 1 where a target is missed
  --compare [FILE]   beside an earlier run's JSON (default docs/bench.json)
  --write-docs       docs/benchmarks.md and choosing.md, docs/bench.json, docs/images/bench-*.svg, README's table
  --from FILE        measure nothing: take an earlier run's JSON`;

const OPTIONS = {
  scenario: { type: "string", default: DEFAULT.join(",") },
  rounds: { type: "string", default: "15" },
  quick: { type: "boolean", default: false },
  threads: { type: "string", default: String(os.availableParallelism()) },
  python: { type: "boolean", default: false },
  check: { type: "boolean", default: false },
  compare: { type: "string" },
  "write-docs": { type: "boolean", default: false },
  from: { type: "string" },
  help: { type: "boolean", default: false },
};

function chosen(text) {
  const names = text === "all" ? Object.keys(SCENARIOS) : text.split(",");
  const unknown = names.filter((name) => !(name in SCENARIOS));
  if (unknown.length > 0) {
    const known = [...Object.keys(SCENARIOS), "all"].join(", ");
    throw new SetupError(`No scenario is called ${unknown.join(", ")}. There are: ${known}.`);
  }
  return names;
}

function positive(text, name) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new SetupError(`--${name} wants a whole number from 1, not ${text}.`);
  return value;
}

/** `--compare` may stand alone. */
function completed(args) {
  return args.flatMap((argument, i) => {
    const alone = argument === "--compare" && (args[i + 1] === undefined || args[i + 1].startsWith("--"));
    return alone ? [`--compare=${BASELINE}`] : [argument];
  });
}

function parsed(args) {
  try {
    return parseArgs({ args: completed(args), options: OPTIONS }).values;
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${USAGE}`);
  }
}

/** Checked options; a mistake is a SetupError with one message. */
export function parseOptions(args) {
  const values = parsed(args);
  const file = (name) => (name === undefined ? undefined : path.resolve(name));
  return {
    scenarios: chosen(values.scenario),
    rounds: values.quick ? QUICK_ROUNDS : positive(values.rounds, "rounds"),
    threads: positive(values.threads, "threads"),
    python: values.python,
    check: values.check,
    compare: file(values.compare),
    from: file(values.from),
    writeDocs: values["write-docs"],
    help: values.help,
  };
}
