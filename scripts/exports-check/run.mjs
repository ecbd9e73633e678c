// Reads our exports back with the tools they are for, and compares them pixel for pixel:
//   node scripts/exports-check/run.mjs FOLDER [--record]
// FOLDER gets a Python environment with the tools, and the exports. Needs Python 3 with venv, and the network the first
// time. --record keeps what the tools gave as the expectations of the tests.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { inRoot } from "../setup/paths.mjs";

const [folder, flag] = process.argv.slice(2);
if (folder === undefined || (flag !== undefined && flag !== "--record")) {
  console.error("usage: node scripts/exports-check/run.mjs FOLDER [--record]");
  process.exit(2);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const script = (name) => inRoot("scripts", "exports-check", name);
const environment = path.resolve(folder, "python");
const python = path.join(environment, "bin", "python");
if (!fs.existsSync(python)) run("python3", ["-m", "venv", environment]);
run(python, ["-m", "pip", "install", "--quiet", "--requirement", script("requirements.txt")]);

const exported = path.resolve(folder, "exports");
fs.rmSync(exported, { recursive: true, force: true });
run(process.execPath, [script("write.mjs"), exported]);
const record = flag === "--record" ? ["--record", inRoot("test/fixtures/exports/real-tools.json")] : [];
run(python, [script("check.py"), exported, ...record]);
