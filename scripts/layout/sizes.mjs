// How long a file and a function may be.
import { cppFunctions } from "./cpp-functions.mjs";
import { tsFunctions } from "./ts-functions.mjs";

export const LIMITS = { file: { limit: 400, listed: 300 }, function: { limit: 100, listed: 60 } };

/** Kernels are long loops by nature: held to the limits, but not listed. */
const KERNEL = /_(?:cpu|cuda|simd|avx2|avx512|neon)\.(?:cc|cu|h)$/;

function functionsOf(file, source) {
  if (/\.(?:h|cc|cu|cuh)$/.test(file)) return cppFunctions(source);
  if (/\.(?:ts|mts|mjs|cjs)$/.test(file)) return tsFunctions(source, file);
  return [];
}

/** `{ problems, listed }` of one file, both `[{ line, message }]`. */
export function sizeProblems(file, source) {
  const lines = source.split("\n").length - (source.endsWith("\n") ? 1 : 0);
  const sizes = [{ line: 1, lines, what: "the file", kind: "file" }];
  for (const { name, line, lines: length } of functionsOf(file, source)) {
    sizes.push({ line, lines: length, what: name, kind: "function" });
  }
  const problems = [];
  const listed = [];
  for (const { line, lines: length, what, kind } of sizes) {
    const { limit, listed: from } = LIMITS[kind];
    if (length > limit)
      problems.push({ line, message: `${what} has ${length} lines, the limit of a ${kind} is ${limit}` });
    else if (length > from && !KERNEL.test(file))
      listed.push({ line, message: `${what} has ${length} lines` });
  }
  return { problems, listed };
}
