// gpu-check's step `benchmark`: bench:gpu in a process of its own, its report inside ours.
import fs from "node:fs";
import path from "node:path";
import { inRoot } from "../setup/paths.mjs";
import { runCaptured } from "../setup/run-command.mjs";

export async function benchmarkStep({ scratch, device, model, quick }) {
  const json = path.join(scratch, "bench-gpu.json");
  const short = quick ? ["--quick", "--picture", "64×64", "--model", model] : [];
  const command = [inRoot("test/bench/gpu/bench-gpu.mjs"), "--device", device, "--json", json, ...short];
  const { code, output } = await runCaptured(process.execPath, command);
  if (!fs.existsSync(json)) return { status: "failed", message: `exit code ${code}: ${output.trim()}` };
  const report = JSON.parse(fs.readFileSync(json, "utf8"));
  const lanes = report.lanes.map(({ label, skipped }) => `${label}${skipped ? " (skipped)" : ""}`);
  return { status: code === 0 ? "passed" : "failed", message: lanes.join("; "), report };
}
