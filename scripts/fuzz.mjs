// npm run fuzz: the properties of test/fuzz for as long as asked for, each with new seeds, and a table of what they met.
//   npm run fuzz                            each for 10 minutes, two files at a time
//   npm run fuzz -- decoding --minutes 60   test/fuzz/decoding.test.ts for an hour
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { inRoot, REPORTS } from "./setup/paths.mjs";
import { prepare } from "./setup/prepare.mjs";
import { runShown } from "./setup/run-command.mjs";
import { reportingSetupErrors } from "./setup/setup-error.mjs";
import { parseFuzzOptions, USAGE } from "./testing/fuzz-options.mjs";
import { fuzzTable } from "./testing/fuzz-table.mjs";

const folder = path.join(REPORTS, "fuzz");

async function fuzzFor({ seconds, seed, files }) {
  fs.rmSync(folder, { recursive: true, force: true });
  const env = {
    ...process.env,
    DEEPLAB_FUZZ_SECONDS: String(seconds),
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
  const options = parseFuzzOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return;
  }
  await prepare();
  process.exitCode = await fuzzFor(options);
});
