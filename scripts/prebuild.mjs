// npm run make:prebuild: prebuilds/ for this machine, as it is shipped in the npm package.
import { buildPrebuild } from "./prebuild/build-prebuild.mjs";
import { relative } from "./setup/paths.mjs";
import { prepare } from "./setup/prepare.mjs";
import { reportingSetupErrors } from "./setup/setup-error.mjs";

await reportingSetupErrors(async () => {
  await prepare();
  console.log(`made ${relative(await buildPrebuild())}`);
});
