// npm run fuzz: the properties of test/fuzz for as long as asked for, each with new seeds, and a table of what they met.
//   npm run fuzz                            each for 10 minutes, two files at a time
//   npm run fuzz -- decoding --minutes 60   test/fuzz/decoding.test.ts for an hour
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { inRoot, REPORTS } from "./setup/paths.mjs";
import { prepare } from "./setup/prepare.mjs";
import { runShown } from "./setup/run-command.mjs";
import { reportingSetupErrors } from "./setup/setup-error.mjs";
import { fuzzTable } from "./testing/fuzz-table.mjs";

const folder = path.join(REPORTS, "fuzz");

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { minutes: { type: "string", default: "10" }, seed: { type: "string" } },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`--minutes: expected a number above 0, found ${values.minutes}`);
  return { minutes, seed: values.seed, files: positionals.map((name) => `test/fuzz/${name}.test.ts`) };
}

async function fuzzFor({ minutes, seed, files }) {
  fs.rmSync(folder, { recursive: true, force: true });
  const env = {
    ...process.env,
    DEEPLAB_FUZZ_SECONDS: String(Math.round(minutes * 60)),
    DEEPLAB_FUZZ_REPORTS: folder,
    ...(seed === undefined ? {} : { DEEPLAB_FUZZ_SEED: seed }),
  };
  const workers = `--maxWorkers=${Math.min(2, os.availableParallelism())}`;
  const args = [inRoot("node_modules/vitest/vitest.mjs"), "run", "--project", "fuzz", workers, ...files];
  const exit = await runShown(process.execPath, args, { env, stdio: "inherit" });
  const reports = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const figures = reports.map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")));
  console.log(`\n${fuzzTable(figures)}`);
  return exit.code ?? 1;
}

await reportingSetupErrors(async () => {
  const options = readOptions();
  await prepare();
  process.exitCode = await fuzzFor(options);
});
