// npm run build: packages, addon and TypeScript, each only when something changed.
import { prepare } from "./setup/prepare.mjs";
import { reportingSetupErrors } from "./setup/setup-error.mjs";

await reportingSetupErrors(() => prepare());
