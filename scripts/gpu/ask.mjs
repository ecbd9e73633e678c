// Has answer.mjs run a job, and compares what it wrote.
import fs from "node:fs";
import path from "node:path";
import { inRoot } from "../setup/paths.mjs";
import { runApart, wholeOutput } from "./run-apart.mjs";

/**
 * Runs one model over pictures in a process of its own; `maps` is where it wrote what it answered.
 * @returns `{ info, times, sha256, maps }` or `{ error: { code, message } }`
 */
export async function ask(scratch, name, job, env = {}) {
  const maps = path.join(scratch, `${name}.maps`);
  const file = path.join(scratch, `${name}.json`);
  fs.writeFileSync(file, JSON.stringify({ ...job, maps }));
  const environment = { ...process.env, ...env };
  const command = ["--no-warnings", inRoot("scripts/gpu/answer.mjs"), file];
  const ended = await runApart(process.execPath, command, { env: environment });
  const { code, signal, stdout } = ended;
  const answer = lastJson(stdout);
  if (answer !== null) return { ...answer, maps };
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  return {
    error: { code: "", message: `its process ended without an answer (${how}):\n${wholeOutput(ended)}` },
  };
}

function lastJson(output) {
  try {
    return JSON.parse(output.trim().split("\n").at(-1) ?? "");
  } catch {
    return null;
  }
}

/** How far two files of maps agree: classes as shares of pixels, confidences as the largest difference. */
export function compareMaps(first, second, pictures) {
  const [a, b] = [first, second].map((file) => fs.readFileSync(file));
  const equal = a.equals(b);
  let [same, all, offset, difference] = [0, 0, 0, 0];
  for (const { width, height } of pictures) {
    const pixels = width * height;
    for (let i = 0; i < pixels; i += 1) {
      if (a.readUInt16LE(offset + 2 * i) === b.readUInt16LE(offset + 2 * i)) same += 1;
      const at = offset + 2 * pixels + 4 * i;
      difference = Math.max(difference, Math.abs(a.readFloatLE(at) - b.readFloatLE(at)));
    }
    all += pixels;
    offset += 6 * pixels;
  }
  return { equal, agreement: same / all, confidence: difference };
}
