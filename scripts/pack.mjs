// npm run pack: the npm package as a file, for `npm publish FILE`. Not a prepack script, which npm would not run:
// .npmrc says ignore-scripts. Makes dist/ anew, docs/api/ and prebuilds/ from these sources, checks that they fit, then packs.
//   npm run pack [-- FOLDER]   (default: the checkout)
import fs from "node:fs";
import path from "node:path";
import { buildPrebuild, prebuildFits } from "./prebuild/build-prebuild.mjs";
import { inRoot, ROOT, relative } from "./setup/paths.mjs";
import { prepare } from "./setup/prepare.mjs";
import { runShown } from "./setup/run-command.mjs";
import { reportingSetupErrors, SetupError } from "./setup/setup-error.mjs";
import { filesUnder } from "./setup/stamp.mjs";

/** The sources in lib/ whose output is not in dist/. */
function missingOutputs() {
  const outputs = filesUnder(inRoot("lib"))
    .filter((file) => /\.ts$/.test(file))
    .map((file) => path.relative(inRoot("lib"), file).replace(/\.ts$/, ".js"));
  return [...outputs, "index.mjs", "index.d.mts"].filter((name) => !fs.existsSync(inRoot("dist", name)));
}

/** Both halves of the package, made from what is in the checkout now. */
async function build() {
  // Nothing that an older source left behind may be shipped.
  fs.rmSync(inRoot("dist"), { recursive: true, force: true });
  await prepare();
  const missing = missingOutputs();
  if (missing.length > 0) throw new SetupError(`dist/ lacks ${missing.join(", ")}.`);
  // Imported only now: it needs what the set-up installed.
  const { writeReference } = await import("./api/reference.mjs");
  await writeReference();
  const folder = await buildPrebuild();
  // The sources may have been edited while they were compiled.
  if (!prebuildFits(folder))
    throw new SetupError(`${relative(folder)} is not of these sources: run it again.`);
}

await reportingSetupErrors(async () => {
  const folder = path.resolve(process.argv[2] ?? ROOT);
  fs.mkdirSync(folder, { recursive: true });
  await build();
  const { code } = await runShown("npm", ["pack", "--pack-destination", folder]);
  if (code !== 0) throw new SetupError("npm pack failed; its message is above.");
});
