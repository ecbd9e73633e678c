// What the session's and the scheduler's defaults were decided by: docs/session-settings.md holds its tables.
//   node test/bench/session-settings.mjs [settings|lanes] [--rounds 15] [--pause MS] [--library PATH]
import path from "node:path";
import { parseArgs } from "node:util";
import { BUILD, inRoot } from "../../scripts/setup/paths.mjs";
import { runShown } from "../../scripts/setup/run-command.mjs";
import { cmakeBuild } from "../../scripts/testing/native-tests.mjs";
import { completeModels, MAIN, modelFolder } from "./models/index.mjs";

const TREE = path.join(BUILD, "measure");
const LIBRARY = `node_modules/onnxruntime-node/bin/napi-v6/linux/${process.arch}/libonnxruntime.so.1`;

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "15" },
      pause: { type: "string", default: "0" },
      library: { type: "string", default: inRoot(LIBRARY) },
    },
  });
  await completeModels([MAIN]);
  const folder = modelFolder(MAIN);
  const problem = await cmakeBuild(
    TREE,
    { CMAKE_BUILD_TYPE: "Release", DEEPLAB_BUILD_TESTS: "ON" },
    "deeplab_measure",
  );
  if (problem !== null) throw new Error(problem);
  for (const what of positionals.length > 0 ? positionals : ["settings", "lanes"]) {
    const args = [what, path.join(folder, "weights.onnx"), values.library, values.rounds, values.pause];
    await runShown(path.join(TREE, "deeplab_measure"), args);
    console.log();
  }
}

await main();
