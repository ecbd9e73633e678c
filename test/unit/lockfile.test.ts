// package-lock.json works anywhere: it names no host, and holds every package of every system, so that
// "npm ci" neither asks a stranger nor misses one.
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const root = path.resolve(import.meta.dirname, "../..");
const text = fs.readFileSync(path.join(root, "package-lock.json"), "utf8");
const packages = JSON.parse(text).packages as Record<string, Entry>;
const installed = Object.entries(packages).filter(([name]) => name !== "");

/** Where Node would look for `dependency` from the package at `from`, nearest first. */
function* places(from: string, dependency: string): Generator<string> {
  for (
    let folder = from;
    folder !== "";
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))
  ) {
    yield `${folder}/node_modules/${dependency}`;
  }
  yield `node_modules/${dependency}`;
}

test("no entry names where it comes from; each has a version and a hash", () => {
  expect(installed.filter(([, { resolved }]) => resolved !== undefined).map(([name]) => name)).toEqual([]);
  expect(text).not.toMatch(/"(resolved|tarball)":/);
  const bare = installed.filter(([, { version, integrity }]) => !version || !integrity).map(([name]) => name);
  expect(bare).toEqual([]);
});

test("every dependency is there, those of other systems too", () => {
  const missing = Object.entries(packages).flatMap(([name, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((dependency) => ![...places(name, dependency)].some((place) => place in packages))
      .map((dependency) => `${name} needs ${dependency}`),
  );
  expect(missing).toEqual([]);
});
