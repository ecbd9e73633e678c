// npm run api:report: writes docs/api-report.d.ts anew from lib/. Look at its diff before you commit it.
import fs from "node:fs";
import { buildTypeScript } from "./setup/build-typescript.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { relative } from "./setup/paths.mjs";
import { reportingSetupErrors } from "./setup/setup-error.mjs";

const log = (line) => console.log(`• ${line}`);

await reportingSetupErrors(async () => {
  await ensureDependencies(log);
  await buildTypeScript(log);
  // Imported only now: it needs what the set-up installed.
  const { apiReport, REPORT } = await import("./api/report.mjs");
  const { text, forgotten } = apiReport();
  fs.writeFileSync(REPORT, text);
  console.log(`${relative(REPORT)}: ${text.split("\n").length} lines`);
  if (forgotten.length > 0) console.log(`Used by exports, but not exported: ${forgotten.join(", ")}`);
});
