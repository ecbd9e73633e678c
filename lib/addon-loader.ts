// Finds and loads the native addon. Only native.ts imports this: nobody else may touch the addon.

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { DeepLabError } from "./errors.js";

/** The folder that holds package.json, one above dist/. */
const packageRoot = path.join(__dirname, "..");

// Platforms a ready-made addon is shipped for; elsewhere it is built from source.
const shippedPrebuilds = ["linux-x64 (glibc)"];

interface LoadedAddon {
  readonly exports: unknown;
  readonly file: string;
}

let loaded: LoadedAddon | undefined;

/**
 * The addon's exports, loaded at the first call: the file that `DEEPLAB_RT_ADDON` names, else a local
 * build, else the prebuild of this platform.
 * @throws DeepLabError BACKEND_ADDON_UNAVAILABLE
 */
export function loadAddon(): unknown {
  loaded ??= load();
  return loaded.exports;
}

/** The folder of the loaded addon: libraries shipped with it lie there. Loads it if need be. */
export function addonFolder(): string {
  loaded ??= load();
  return path.dirname(loaded.file);
}

function load(): LoadedAddon {
  const named = process.env.DEEPLAB_RT_ADDON;
  const file = named ? path.resolve(named) : findAddon();
  const origin = named ? `${file} (named by DEEPLAB_RT_ADDON)` : file;
  const exports = requireAddon(file, origin);
  const built = exports.buildInfo?.().version;
  if (built !== packageVersion()) {
    const found = `it is of version ${built ?? "unknown"}, this package of ${packageVersion()}`;
    throw unavailable(`${origin} does not belong here: ${found}`, [file], undefined);
  }
  return { exports, file };
}

// The one thing of the addon that is used before its version is known.
interface Versioned {
  readonly buildInfo?: () => { readonly version: string };
}

function requireAddon(file: string, origin: string): Versioned {
  try {
    return require(file) as Versioned;
  } catch (error) {
    throw unavailable(`${origin} could not be loaded: ${text(error)}`, [file], error);
  }
}

// An addon left over from another version would be handed structs it does not know.
function packageVersion(): string {
  return (require(path.join(packageRoot, "package.json")) as { version: string }).version;
}

function findAddon(): string {
  try {
    const nodeGypBuild = require("node-gyp-build") as { path(folder: string): string };
    return nodeGypBuild.path(packageRoot);
  } catch (error) {
    const places = [path.join(packageRoot, "build", "Release"), path.join(packageRoot, "prebuilds")];
    throw unavailable("no build of it fits this machine", places, error);
  }
}

function unavailable(what: string, lookedAt: readonly string[], cause: unknown): DeepLabError {
  const machine = describeMachine();
  const places = lookedAt.map((place) => `  looked at  ${place}: ${describePlace(place)}`);
  return new DeepLabError(
    "BACKEND_ADDON_UNAVAILABLE",
    [`The native addon of deeplab-rt cannot be used: ${what}.`, `  machine    ${machine}`, ...places].join(
      "\n",
    ),
    {
      detail: { machine, lookedAt, shippedPrebuilds },
      hint: howToBuild(),
      cause,
    },
  );
}

// An installed package carries no sources; a clone does.
function howToBuild(): string {
  const isClone = existsSync(path.join(packageRoot, "CMakeLists.txt"));
  const where = isClone ? `in ${packageRoot}` : "in a clone of the repository";
  return (
    `ready-made addons exist for ${shippedPrebuilds.join(", ")}. Elsewhere build one ${where} with ` +
    '"npm run build:native" (needs a C++17 compiler and CMake); the environment variable DEEPLAB_RT_ADDON ' +
    "names a built file that lies elsewhere."
  );
}

/** `linux-x64, glibc 2.36, Node.js 20.20.2 (Node-API 9)` */
function describeMachine(): string {
  const { platform, arch, versions } = process;
  const libc = platform === "linux" ? `, ${describeLibc()}` : "";
  return `${platform}-${arch}${libc}, Node.js ${versions.node} (Node-API ${versions.napi ?? "unknown"})`;
}

// glibc names its version in the process report; musl does not appear there.
function describeLibc(): string {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  const glibc = report?.header?.glibcVersionRuntime;
  return glibc ? `glibc ${glibc}` : "musl or another libc";
}

function describePlace(place: string): string {
  if (!existsSync(place)) return "does not exist";
  try {
    const names = readdirSync(place);
    return names.length === 0 ? "empty" : `holds ${names.slice(0, 8).join(", ")}`;
  } catch {
    return "a file";
  }
}

function text(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}
