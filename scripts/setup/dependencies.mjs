// node_modules as package-lock.json says: installed when absent or different, else left alone.
import fs from "node:fs";
import { inRoot } from "./paths.mjs";
import { probe, runShown } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

function readJson(file) {
  return JSON.parse(fs.readFileSync(file, "utf8"));
}

/**
 * Why `npm ci` is needed, or `null`. npm records what it installed in node_modules/.package-lock.json;
 * packages for other systems are optional and may be absent there.
 */
export function installReason(root = inRoot()) {
  const installedFile = `${root}/node_modules/.package-lock.json`;
  if (!fs.existsSync(installedFile)) return "node_modules is absent";
  const installed = readJson(installedFile).packages;
  for (const [name, wanted] of Object.entries(readJson(`${root}/package-lock.json`).packages)) {
    if (name === "" || wanted.link) continue;
    const found = installed[name];
    if (!found && wanted.optional) continue;
    if (found?.version !== wanted.version) {
      return `${name} is ${found?.version ?? "absent"}, the lockfile says ${wanted.version}`;
    }
  }
  return null;
}

/** Installs what is missing. The lockfile decides every version. */
export async function ensureDependencies(log) {
  const reason = installReason();
  if (reason === null) return;
  log(`installing packages (${reason})`);
  if (probe("npm", ["--version"]) === null) {
    throw new SetupError(
      "npm was not found, but packages have to be installed: install npm, then run this again.",
    );
  }
  const { code } = await runShown("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (code !== 0) {
    throw new SetupError(
      `“npm ci” ended with exit code ${code}; its own message is above. Mend that, then run this again.`,
    );
  }
}
