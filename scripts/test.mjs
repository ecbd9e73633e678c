// npm test: the same set-up as npm start, then every suite; the last line sums the real reports.
//   npm test -- unit golden     only these suites          npm run test:quick     not the slow ones
import { nodeVersionProblem } from "./setup/node-version.mjs";

const problem = nodeVersionProblem(process.versions.node);
if (problem !== null) {
  console.error(`\n${problem}\n`);
  process.exit(1);
}
// Imported only now: an old Node could not even read these files.
const { reportingSetupErrors } = await import("./setup/setup-error.mjs");
const { testAfterSetup } = await import("./testing/main.mjs");
await reportingSetupErrors(() => testAfterSetup(process.argv.slice(2)));
