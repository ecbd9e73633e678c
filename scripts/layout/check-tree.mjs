// All layout rules over one checkout.
import fs from "node:fs";
import path from "node:path";
import { libBorderProblems } from "./lib-borders.mjs";
import { nativeBorderProblems } from "./native-borders.mjs";
import { sizeProblems } from "./sizes.mjs";

const FOLDERS = ["lib", "native", "scripts", "test"];
const SOURCE = /\.(?:ts|mts|mjs|cjs|h|cc|cu|cuh|py|sh)$/;
const LEFT_OUT = new Set(["node_modules", "fixtures", "__pycache__"]);

function sourceFiles(root, folder) {
  const absolute = path.join(root, folder);
  if (!fs.existsSync(absolute)) return [];
  return fs.readdirSync(absolute, { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : sourceFiles(root, name);
    return SOURCE.test(entry.name) ? [name] : [];
  });
}

function borderProblems(file, source) {
  if (file.startsWith("lib/")) return libBorderProblems(file, source);
  if (/^native\/.*\.(?:h|cc|cu|cuh)$/.test(file)) return nativeBorderProblems(file, source);
  return [];
}

/** `[{ file, problems, listed }]` of every source file under `root`, sorted by name. */
export function checkTree(root) {
  return FOLDERS.flatMap((folder) => sourceFiles(root, folder))
    .sort()
    .map((file) => {
      const source = fs.readFileSync(path.join(root, file), "utf8");
      const { problems, listed } = sizeProblems(file, source);
      return { file, problems: [...borderProblems(file, source), ...problems], listed };
    });
}
