// A test may only be left out for a reason that was committed: test/allowed-skips.json.
import fs from "node:fs";
import { inRoot } from "../setup/paths.mjs";

/** Entries `{ suite, name, reason, onCi }`; a `name` that ends in "*" stands for all that begin so. */
export function readAllowedSkips(file = inRoot("test/allowed-skips.json")) {
  return JSON.parse(fs.readFileSync(file, "utf8"));
}

function hasEveryTool() {
  return Boolean(process.env.CI) && process.env.DEEPLAB_TEST_TOOLS !== "missing";
}

function covers(entry, suite, name) {
  if (entry.suite !== suite) return false;
  return entry.name.endsWith("*") ? name.startsWith(entry.name.slice(0, -1)) : name === entry.name;
}

/**
 * Unlisted skips become failures, listed ones get the list's reason.
 * On CI the install script has put every tool in place, so entries with `onCi: false` do not hold there; .ci/run says
 * where it could not.
 */
export function judgeSkips(suite, result, allowed = readAllowedSkips(), ci = hasEveryTool()) {
  const judged = { ...result, failures: [...result.failures], skips: [] };
  for (const skip of result.skips) {
    const entry = allowed.find((candidate) => covers(candidate, suite, skip.name));
    if (!entry) {
      judged.failures.push({
        name: skip.name,
        message: `skipped (${skip.reason}), but not on test/allowed-skips.json`,
      });
    } else if (ci && entry.onCi === false) {
      judged.failures.push({
        name: skip.name,
        message: `skipped (${skip.reason}), which is not allowed on CI`,
      });
    } else {
      judged.skips.push({ ...skip, reason: `${skip.reason}: ${entry.reason}` });
    }
  }
  return judged;
}
