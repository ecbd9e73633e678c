// Where TensorRT's library may lie, in the order it is tried. Named explicitly (by option or by environment) it is the
// only place: what was asked for and cannot be had is an error, not a fallback.

import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { namedCandidate } from "./named-library.js";
import type { NativeLibraryCandidate } from "./native.js";

const library = "tensorrt";

/** What decides the places; tests bring one of their own. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws for a user who has none. */
  readonly home: () => string;
  /** The folder that holds /usr. */
  readonly root: string;
}

const thisMachine = (): Machine => ({
  platform: process.platform,
  arch: process.arch,
  env: process.env,
  home: homedir,
  root: path.parse(process.execPath).root,
});

/** The names of the multi-architecture folders of Debian, Ubuntu and JetPack. */
const triples: Readonly<Record<string, string>> = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };

/** TensorRT's own name for the library of a major version. */
const fileOf = (machine: Machine, major: number): string =>
  machine.platform === "win32" ? `nvinfer_${major}.dll` : `libnvinfer.so.${major}`;

/**
 * Places to look for TensorRT: the option alone, or `DEEPLAB_RT_TENSORRT` alone, or the system's own search, the
 * folders of distribution packages and JetPack, and those of pip's packages. The first two kinds are named even where
 * they hold no library, so that they are in the error. Last comes a TensorRT 8 that lies there: it cannot be used, and
 * the error says so instead of “not found”.
 * @param option `runtime.tensorrt`: a file path, or a bare file name for the system's own search.
 */
export function tensorrtCandidates(option?: string, machine = thisMachine()): NativeLibraryCandidate[] {
  const named = namedCandidate("tensorrt", option, machine.env);
  if (named !== undefined) return [named];
  const folders = systemFolders(machine);
  const older = folders.map((folder) => path.join(folder, fileOf(machine, 8))).filter(existsSync);
  return [
    { library, origin: "the system's search", path: fileOf(machine, 10) },
    ...listed(
      "system packages",
      folders.map((folder) => path.join(folder, fileOf(machine, 10))),
    ),
    ...listed("pip", pipFiles(machine)),
    ...listed("an older TensorRT", older),
  ];
}

const listed = (origin: string, files: readonly string[]): NativeLibraryCandidate[] =>
  files.map((file) => ({ library, origin, path: file }));

/** Of .deb packages and JetPack, of .rpm packages, and of archives unpacked where NVIDIA's containers have them. */
function systemFolders({ platform, arch, root }: Machine): string[] {
  if (platform !== "linux") return [];
  const debian = path.join(root, "usr/lib", triples[arch] ?? "");
  const system = arch in triples && existsSync(debian) ? debian : path.join(root, "usr/lib64");
  const archives = ["usr/local/tensorrt/lib", "opt/tensorrt/lib"].map((folder) => path.join(root, folder));
  return [system, ...archives.filter(existsSync)];
}

/** The libraries of the Python package tensorrt_cu12_libs and its kin: of the environment in use first. */
function pipFiles(machine: Machine): string[] {
  const { env, home, root, platform } = machine;
  const prefixes = [env.VIRTUAL_ENV, env.CONDA_PREFIX, userPrefix(home)];
  if (platform === "linux") prefixes.push(path.join(root, "usr/local"), path.join(root, "usr"));
  const files = prefixes
    .filter((prefix): prefix is string => prefix !== undefined && prefix !== "")
    .flatMap((prefix) => packageFolders(prefix))
    .map((folder) => path.join(folder, "tensorrt_libs", fileOf(machine, 10)))
    .filter(existsSync);
  return [...new Set(files)];
}

// Where pip installs for one user. A container's may have no home folder: that is no reason to fail here.
function userPrefix(home: () => string): string | undefined {
  try {
    return path.join(home(), ".local");
  } catch {
    return undefined;
  }
}

// <prefix>/lib/python3.N/site-packages, Debian's dist-packages, and Lib/site-packages on Windows; the newest first.
function packageFolders(prefix: string): string[] {
  const pythons = listFolder(path.join(prefix, "lib"))
    .filter((folder) => /^python3(?:\.\d+)?$/.test(folder))
    .sort((a, b) => Number(b.slice(8)) - Number(a.slice(8)))
    .flatMap((folder) =>
      ["site-packages", "dist-packages"].map((kind) => path.join(prefix, "lib", folder, kind)),
    );
  return [...pythons, path.join(prefix, "Lib", "site-packages")];
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no Python there
  }
}
