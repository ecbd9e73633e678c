// How new a C and C++ library a binary needs: the highest symbol version of each family it asks for.
import { probe } from "../setup/run-command.mjs";

/** JetPack 6 and Ubuntu 22.04 have GLIBC 2.35, GLIBCXX 3.4.30 and CXXABI 1.3.13. */
export const CEILING = { GLIBC: "2.34", GLIBCXX: "3.4.29", CXXABI: "1.3.13" };

/** Negative, zero or positive, number by number. */
export function compareVersions(a, b) {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Highest version of each family in `objdump -T` text, like `{ GLIBC: "2.34" }`. */
export function highestVersions(symbols) {
  const highest = {};
  for (const [, family, version] of symbols.matchAll(/\b(GLIBC|GLIBCXX|CXXABI)_([0-9.]+)/g)) {
    if (compareVersions(version, highest[family] ?? "0") > 0) highest[family] = version;
  }
  return highest;
}

/** The families of `file` that go beyond the ceiling, as `"GLIBC_2.36 > 2.34"`; `null` without objdump. */
export function beyondCeiling(file, ceiling = CEILING) {
  const symbols = probe("objdump", ["-T", file]);
  if (symbols === null) return null;
  return Object.entries(highestVersions(symbols))
    .filter(([family, version]) => compareVersions(version, ceiling[family]) > 0)
    .map(([family, version]) => `${family}_${version} > ${ceiling[family]}`);
}
