// Running npm, node and tsc for the package tests.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

/** The tarball's description as `npm pack --json` gives it. */
export interface Packed {
  readonly tarball: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly string[];
}

/** Packs the checkout into `folder`. prebuilds/ has to be made before (npm run make:prebuild). */
export function pack(folder: string): Packed {
  const args = ["pack", "--json", "--pack-destination", folder];
  const text = execFileSync("npm", args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [packed] = JSON.parse(text) as [
    { filename: string; size: number; unpackedSize: number; files: { path: string }[] },
  ];
  return {
    tarball: path.join(folder, packed.filename),
    size: packed.size,
    unpackedSize: packed.unpackedSize,
    files: packed.files.map((file) => file.path).sort(),
  };
}

/** A folder that holds node, npm, sh and env, and nothing else: no compiler, no cmake, no python. */
export function barePath(folder: string): string {
  const bin = path.join(folder, "bin");
  fs.mkdirSync(bin, { recursive: true });
  fs.symlinkSync(process.execPath, path.join(bin, "node"));
  for (const tool of ["npm", "sh", "env"]) fs.symlinkSync(locate(tool), path.join(bin, tool));
  return bin;
}

function locate(tool: string): string {
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    const file = path.join(folder, tool);
    if (fs.existsSync(file)) return fs.realpathSync(file);
  }
  throw new Error(`${tool} is not on the PATH, but the package tests need it`);
}

/** Our environment without anything that could lead the package to this checkout's own build. */
export function bareEnvironment(bin: string): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter(
    (name) => !/^(DEEPLAB_RT_|NODE_(OPTIONS|PATH|ENV)|npm_package_|npm_lifecycle_|VITEST)/.test(name),
  );
  const environment = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  return { ...environment, PATH: bin };
}

/** Runs a command to its end and returns what it printed; throws with all of it when it fails. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): string {
  const { status, signal, stdout, stderr } = spawnSync(command, args, { ...options, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${signal ?? status}\n${stdout}\n${stderr}`);
  return stdout;
}
