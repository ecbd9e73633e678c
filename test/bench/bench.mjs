// npm run bench: the bare network, deeplab-rt and onnxruntime-node with plain JavaScript, in alternating rounds.
//   npm run bench -- [--rounds 15] [--threads N] [--sizes 512x512,720p,1080p] [--rivals raw,ours,javascript]
//   --check: exit code 1 where a target is missed too, for a machine that does nothing else
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { BUILD, REPORTS, relative } from "../../scripts/setup/paths.mjs";
import { prepare } from "../../scripts/setup/prepare.mjs";
import { reportingSetupErrors, SetupError } from "../../scripts/setup/setup-error.mjs";
import { fillWeights } from "./fill-weights.mjs";
import { SIZES } from "./pictures.mjs";
import { buildReport, problems, tableLines } from "./report.mjs";
import { RIVALS } from "./rivals.mjs";
import { runRounds } from "./rounds.mjs";

const OPTIONS = {
  rounds: { type: "string", default: "15" },
  warmup: { type: "string", default: "3" },
  threads: { type: "string", default: String(os.availableParallelism()) },
  sizes: { type: "string", default: Object.keys(SIZES).join(",") },
  rivals: { type: "string", default: Object.keys(RIVALS).join(",") },
  check: { type: "boolean", default: false },
};

function chosen(text, known, what) {
  const names = text.split(",");
  const unknown = names.filter((name) => !(name in known));
  if (unknown.length > 0) {
    throw new SetupError(
      `No ${what} is called ${unknown.join(", ")}. There are: ${Object.keys(known).join(", ")}.`,
    );
  }
  return names;
}

function positive(text, name) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new SetupError(`--${name} wants a whole number from 1, not ${text}.`);
  return value;
}

async function main() {
  const { values } = parseArgs({ options: OPTIONS });
  const settings = {
    rounds: positive(values.rounds, "rounds"),
    warmup: positive(values.warmup, "warmup"),
    threads: positive(values.threads, "threads"),
    folder: path.join(BUILD, "bench-model"),
  };
  const sizes = chosen(values.sizes, SIZES, "size");
  const rivals = chosen(values.rivals, RIVALS, "rival");
  await prepare();
  await fillWeights(settings.folder);
  const machine = {
    cpu: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
    node: process.version,
  };
  console.log(
    `${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}, ${settings.threads} threads each, ${settings.rounds} rounds`,
  );
  const report = buildReport(await runRounds(rivals, sizes, settings));
  for (const line of tableLines(report)) console.log(line);
  const file = path.join(REPORTS, "bench.json");
  fs.mkdirSync(REPORTS, { recursive: true });
  fs.writeFileSync(
    file,
    `${JSON.stringify({ machine, threads: settings.threads, rounds: settings.rounds, report }, null, 2)}\n`,
  );
  console.log(`\n${relative(file)}`);
  const failed = problems(report, values.check);
  for (const problem of failed) console.log(problem);
  if (failed.length > 0) process.exitCode = 1;
}

await reportingSetupErrors(main);
