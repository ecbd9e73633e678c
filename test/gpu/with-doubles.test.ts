// scripts/with-doubles as it is typed: what it runs, prints, and ends with.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.resolve(__dirname, "../..");

function withDoubles(...command: string[]) {
  const args = [path.join(root, "scripts/with-doubles"), ...command];
  return spawnSync(process.execPath, args, { encoding: "utf8", cwd: path.join(root, "docs") });
}

describe("with-doubles", () => {
  test("prints what the command prints, and nothing of its own", () => {
    const script = "console.log(process.env.DEEPLAB_RT_DOUBLES, require('path').basename(process.cwd()))";
    const { stdout, stderr, status } = withDoubles(process.execPath, "-e", script);
    expect({ stdout, stderr, status }).toEqual({ stdout: "1 docs\n", stderr: "", status: 0 });
  });

  test("ends as the command ended", () => {
    expect(withDoubles(process.execPath, "-e", "process.exit(7)").status).toBe(7);
    const killed = withDoubles(process.execPath, "-e", "process.kill(process.pid, 'SIGTERM')");
    expect(killed.status).toBe(143);
  });

  test("says which command cannot be started", () => {
    const { stderr, status } = withDoubles("no-such-command");
    expect(stderr).toContain("no-such-command cannot be started");
    expect(status).toBe(1);
  });
});
