// Prebuilt addons of this checkout: prebuilds/<platform>-<arch>/, each beside a build.json that says
// from which sources it was made.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { inRoot } from "./paths.mjs";

/** Folder of the prebuilt addon for a platform. */
export function prebuildFolder(platform = process.platform, arch = process.arch) {
  return inRoot("prebuilds", `${platform}-${arch}`);
}

/** Whether prebuilds/ says it was made from these sources; needs no packages, so it can be asked first. */
export function prebuildRecorded(sourcesHash, folder = prebuildFolder()) {
  const record = path.join(folder, "build.json");
  return fs.existsSync(record) && JSON.parse(fs.readFileSync(record, "utf8")).sources === sourcesHash;
}

/** The addon file in prebuilds/ that fits this machine and these sources, or `null`. */
export function fittingPrebuild(sourcesHash, folder = prebuildFolder()) {
  if (!prebuildRecorded(sourcesHash, folder)) return null;
  const { parseTags, matchTags } = createRequire(import.meta.url)("node-gyp-build");
  const fits = matchTags("node", process.versions.modules);
  const addon = fs.readdirSync(folder).find((name) => fits(parseTags(name)));
  return addon ? path.join(folder, addon) : null;
}
