// Border rules of lib/: one way into the addon.
import path from "node:path";
import { tsImports } from "./ts-functions.mjs";

const RULES = [
  {
    allowed: ["lib/native.ts"],
    matches: (target) => target === "lib/addon-loader",
    what: "only lib/native.ts imports the addon loader",
  },
  {
    allowed: ["lib/addon-loader.ts"],
    matches: (_, specifier) => specifier === "node-gyp-build",
    what: "only lib/addon-loader.ts may use node-gyp-build",
  },
  {
    allowed: ["lib/addon-loader.ts"],
    matches: (_, specifier) => specifier.endsWith(".node"),
    what: "only lib/addon-loader.ts may load a .node file",
  },
];

function targetOf(file, specifier) {
  if (!specifier.startsWith(".")) return specifier;
  return path.posix.join(path.posix.dirname(file), specifier).replace(/\.(js|ts|mjs|cjs)$/, "");
}

/** Broken rules of one file of lib/, as `[{ line, message }]`. */
export function libBorderProblems(file, source) {
  const problems = [];
  for (const { specifier, line } of tsImports(source, file)) {
    for (const { allowed, matches, what } of RULES) {
      if (matches(targetOf(file, specifier), specifier) && !allowed.includes(file)) {
        problems.push({ line, message: `${what}; this imports ${specifier}` });
      }
    }
  }
  if (/\bprocess\.dlopen\b/.test(source) && file !== "lib/addon-loader.ts") {
    problems.push({
      line: 1,
      message: "only lib/addon-loader.ts may load a .node file; this uses process.dlopen",
    });
  }
  return problems;
}
