// npm run bench:gpu: what a request costs on this machine's GPU beside the least that its bytes can take. options.mjs
// has the command line, docs/gpu-performance.md the floors.
import fs from "node:fs";
import path from "node:path";
import { onDoubles } from "../../../scripts/doubles/environment.mjs";
import { installedPackage } from "../../../scripts/gpu/product.mjs";
import { withScratch } from "../../../scripts/gpu/scratch.mjs";
import { relative } from "../../../scripts/setup/paths.mjs";
import { prepare } from "../../../scripts/setup/prepare.mjs";
import { reportingSetupErrors } from "../../../scripts/setup/setup-error.mjs";
import { describeMachine } from "../machine.mjs";
import { completeModels, MAIN, modelFolder } from "../models/index.mjs";
import { drawPicture, SIZES } from "../pictures.mjs";
import { analyse } from "./analysis.mjs";
import { bandwidthOf, gpuFacts } from "./facts.mjs";
import { measureModel } from "./measure.mjs";
import { LANES, parseOptions, USAGE } from "./options.mjs";
import { DOUBLES_NOTICE, marked, reportLines } from "./report.mjs";

const say = (lines) => {
  for (const line of lines) console.log(line);
};

async function folderOf({ model }) {
  if (model !== undefined) return model;
  await completeModels([MAIN]);
  return modelFolder(MAIN);
}

const isAboutTheMachine = ({ code = "" }) => /^(BACKEND_|DEVICE_|ENGINE_|OPTION_INVALID)/.test(code);

/** One lane, or why it cannot run here. */
async function laneReport(name, folder, options, { isIntegrated, bandwidth }) {
  const { label, options: load } = LANES[name];
  const { device, memoryMode, repeats } = options;
  const pictures = options.pictures.map((picture) => drawPicture(SIZES[picture]));
  try {
    const measured = await measureModel({
      folder,
      options: { ...load, device, memoryMode },
      pictures,
      repeats,
      isIntegrated,
    });
    const results = measured.results.map((result) => ({
      ...result,
      stages: analyse(result, measured.memoryMode, bandwidth, isIntegrated),
    }));
    return { name, label, ...measured, results };
  } catch (error) {
    if (!isAboutTheMachine(error)) throw error;
    return { name, label, skipped: `${error.code}: ${error.message}` };
  }
}

/** Everything that is measured, as it is written to the file. */
export async function measured(options) {
  const doubles = onDoubles();
  const gpu = await gpuFacts(Number(options.device.slice(5)), doubles ? 1 : 64);
  const bandwidth = bandwidthOf(gpu, options.memoryBandwidth);
  const folder = await folderOf(options);
  const lanes = [];
  for (const name of options.lanes) {
    lanes.push(
      await laneReport(name, folder, options, { isIntegrated: gpu.isIntegrated === true, bandwidth }),
    );
  }
  const { repeats, memoryMode } = options;
  const notice = doubles ? { notice: DOUBLES_NOTICE } : {};
  return {
    schema: 1,
    doubles,
    ...notice,
    machine: describeMachine(),
    gpu,
    bandwidth,
    repeats,
    memoryMode,
    lanes,
  };
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return say([USAGE]);
  if (installedPackage() === undefined) await prepare((line) => say(marked([`• ${line}`], onDoubles())));
  const report = await withScratch("bench-gpu", () => measured(options));
  say(reportLines(report));
  fs.mkdirSync(path.dirname(options.json), { recursive: true });
  fs.writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
  say(marked(["", relative(options.json)], report.doubles));
  // Nothing that could run is nothing measured.
  if (report.lanes.every(({ skipped }) => skipped !== undefined)) process.exitCode = 1;
}

await reportingSetupErrors(main);
