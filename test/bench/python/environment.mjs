// The Python contenders' scratch environment: made once, from pinned requirements.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runCaptured } from "../../../scripts/setup/run-command.mjs";
import { inScratch } from "../scratch.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const FOLDER = inScratch("python");
const STAMP = path.join(FOLDER, "installed.txt");
// The reference by itself: it asks for forty packages of other models that its DeepLabV3+ class never imports.
const STEPS = [
  ["--requirement", path.join(HERE, "requirements.txt")],
  ["--no-deps", "--requirement", path.join(HERE, "requirements-reference.txt")],
];

/** The environment's interpreter. */
export const PYTHON = path.join(
  FOLDER,
  ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
);

function wanted() {
  return STEPS.map((step) => fs.readFileSync(step.at(-1), "utf8")).join("\n");
}

function installed() {
  return fs.existsSync(PYTHON) && fs.existsSync(STAMP) && fs.readFileSync(STAMP, "utf8") === wanted();
}

/** Installs what is missing, about 5 GB with torch; returns why it could not, or null. */
export async function installPython(log) {
  if (installed()) return null;
  log(`making the Python environment in ${FOLDER} (torch alone is a download of about 3 GB)`);
  const commands = [
    ["python3", ["-m", "venv", FOLDER]],
    ...STEPS.map((step) => [PYTHON, ["-m", "pip", "install", "--quiet", "--no-cache-dir", ...step]]),
  ];
  for (const [command, args] of commands) {
    const { code, output } = await runCaptured(command, args).catch(({ message }) => ({
      code: 1,
      output: message,
    }));
    if (code !== 0) return `${path.basename(command)} ${args.join(" ")}: ${output.trim().split("\n").at(-1)}`;
  }
  fs.writeFileSync(STAMP, wanted());
  return null;
}

/** A Python answer names a file where its map lies; read and remove it. */
export function readMap({ mapFile, ...answer }) {
  if (!mapFile) return answer;
  const map = new Uint8Array(fs.readFileSync(mapFile));
  fs.unlinkSync(mapFile);
  return { ...answer, map };
}
