// npm run bench: contenders in processes of their own, in alternating rounds; see options.mjs for the command line
// and scenarios/ for what is measured.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { REPORTS, relative } from "../../scripts/setup/paths.mjs";
import { prepare } from "../../scripts/setup/prepare.mjs";
import { reportingSetupErrors, SetupError } from "../../scripts/setup/setup-error.mjs";
import { installTransformers } from "./contenders/transformers-postprocess.mjs";
import { describeMachine, machineLine } from "./machine.mjs";
import { completeModels } from "./models/index.mjs";
import { parseOptions, USAGE } from "./options.mjs";
import { writePictures } from "./pictures.mjs";
import { installPython } from "./python/environment.mjs";
import { comparison } from "./report/compare.mjs";
import { writeCharts, writeDocuments } from "./report/documents.mjs";
import { problems } from "./report/problems.mjs";
import { scenarioReport } from "./report/scenario-report.mjs";
import { textTable } from "./report/text.mjs";
import { figureTable } from "./report/verdicts.mjs";
import { SCENARIOS } from "./scenarios/index.mjs";
import { runScenario } from "./scenarios/run.mjs";

const log = (line) => console.log(line);
const show = (table) => {
  for (const line of textTable(table)) log(line);
};

/** Everything that must be there before the first measurement. */
async function makeContext({ scenarios, rounds, threads, python }) {
  await prepare();
  await completeModels(new Set(scenarios.flatMap((name) => SCENARIOS[name].models)));
  const context = { rounds, threads, python, cores: os.availableParallelism(), pictures: writePictures() };
  const started = scenarios.flatMap((name) => Object.values(SCENARIOS[name].plan(context).processes));
  const wanted = new Set(started.map(({ contender }) => contender));
  // What cannot be installed is left out by name: its process says that it is not there.
  const failures = [
    wanted.has("transformers") ? await installTransformers(log) : null,
    wanted.has("reference") || wanted.has("openvino") ? await installPython(log) : null,
  ];
  for (const failure of failures) if (failure !== null) log(`• ${failure}`);
  return context;
}

async function measured(options) {
  const context = await makeContext(options);
  const machine = describeMachine();
  log(machineLine(machine));
  log(`${options.threads} engine threads, ${options.rounds} rounds`);
  const report = {
    schema: 1,
    machine,
    settings: { rounds: options.rounds, threads: options.threads, python: options.python },
    scenarios: {},
  };
  for (const name of options.scenarios) {
    const start = performance.now();
    log(`\n${SCENARIOS[name].title}`);
    const plan = SCENARIOS[name].plan(context);
    const run = await runScenario(plan, context, log);
    report.scenarios[name] = await scenarioReport(SCENARIOS[name], plan, run, context);
    report.scenarios[name].seconds = Math.round((performance.now() - start) / 1000);
    for (const table of report.scenarios[name].tables) show(table);
  }
  return report;
}

function readReport(file) {
  if (!fs.existsSync(file)) throw new SetupError(`There is no ${file}: run the benchmark first.`);
  return JSON.parse(fs.readFileSync(file, "utf8"));
}

function keep(report) {
  const file = path.join(REPORTS, "bench.json");
  fs.mkdirSync(REPORTS, { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
  const charts = writeCharts(report, path.join(REPORTS, "bench-charts"));
  log(`\n${[file, ...charts].map(relative).join("\n")}`);
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    log(USAGE);
    return;
  }
  const baseline = options.compare === undefined ? null : readReport(options.compare);
  const report = options.from === undefined ? await measured(options) : readReport(options.from);
  show(
    figureTable(
      "Figures",
      Object.values(report.scenarios).flatMap(({ figures }) => figures),
    ),
  );
  if (baseline !== null) show(comparison(baseline, report));
  if (options.from === undefined) keep(report);
  if (options.writeDocs) log(`\n${writeDocuments(report).map(relative).join("\n")}`);
  const found = problems(report, options);
  for (const problem of found) log(`FAILED ${problem}`);
  if (found.length > 0) process.exitCode = 1;
}

await reportingSetupErrors(main);
