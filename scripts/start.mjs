// npm start: from a fresh clone to a segmented picture.
//   npm start                                     the sample picture with the sample model
//   npm start -- picture.jpg [--model folder]     one's own; every option of `deeplab-rt segment` works
import { nodeVersionProblem } from "./setup/node-version.mjs";

const problem = nodeVersionProblem(process.versions.node);
if (problem !== null) {
  console.error(`\n${problem}\n`);
  process.exit(1);
}
// Imported only now: an old Node could not even read these files.
const { reportingSetupErrors } = await import("./setup/setup-error.mjs");
const { segmentAfterSetup } = await import("./setup/segment-after-setup.mjs");
await reportingSetupErrors(() => segmentAfterSetup(process.argv.slice(2)));
