// Which files have the tests of a filter, so that a build for a few suites compiles no others.
import fs from "node:fs";
import path from "node:path";
import { inRoot } from "../setup/paths.mjs";

const DECLARED = /^TEST(?:_F|_P)?\((\w+),/gm;

/** `Prefix/Suite.Test` of a filter, any part of it with `*`, as what its suites are called in the source. */
function suitePattern(filter) {
  const suite = filter.replace(/^[^/]*\//, "").replace(/\..*$/, "");
  return new RegExp(`^${suite.replaceAll("*", "\\w*")}$`);
}

/** The files of `folder` with a suite that one of GoogleTest's positive `filters` names; each has to name one. */
export function gtestFiles(filters, folder = inRoot("test/native")) {
  const files = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith("_test.cc"))
    .sort()
    .map((name) => {
      const source = fs.readFileSync(path.join(folder, name), "utf8");
      return { name, suites: [...source.matchAll(DECLARED)].map(([, suite]) => suite) };
    });
  const chosen = new Set();
  for (const filter of filters) {
    const pattern = suitePattern(filter);
    const found = files.filter(({ suites }) => suites.some((suite) => pattern.test(suite)));
    if (found.length === 0) throw new Error(`no test of ${folder} is called ${filter}`);
    for (const { name } of found) chosen.add(name);
  }
  return files.map(({ name }) => name).filter((name) => chosen.has(name));
}
