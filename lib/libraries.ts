// Where the ONNX Runtime library may lie, in the order it is tried. Named explicitly (by option or by
// environment) it is the only place: what was asked for and cannot be had is an error, not a fallback.

import { readdirSync } from "node:fs";
import path from "node:path";
import { addonFolder, type NativeLibraryCandidate } from "./native.js";

const library = "onnxruntime";

/** The copy shipped beside the addon has a name of its own, so that it never stands in for another's. */
const shippedNames: Partial<Record<NodeJS.Platform, string>> = {
  linux: "libdeeplab-onnxruntime.so.1",
  darwin: "libdeeplab-onnxruntime.1.dylib",
  win32: "deeplab-onnxruntime.dll",
};

const vendorNames: Partial<Record<NodeJS.Platform, string>> = {
  linux: "libonnxruntime.so.1",
  darwin: "libonnxruntime.1.dylib",
  win32: "onnxruntime.dll",
};

/**
 * Places to look for ONNX Runtime: the option alone, or `DEEPLAB_RT_ONNXRUNTIME` alone, or beside the
 * addon and in `onnxruntime-node`, as seen from this package and from the working directory.
 * @param option `runtime.onnxruntime`: a file path, or a bare file name for the system's own search.
 */
export function onnxruntimeCandidates(option?: string): NativeLibraryCandidate[] {
  if (option !== undefined) return [named("option runtime.onnxruntime", option)];
  const variable = process.env.DEEPLAB_RT_ONNXRUNTIME;
  if (variable) return [named("DEEPLAB_RT_ONNXRUNTIME", variable)];
  return [...besideAddon(), ...inOnnxruntimeNode()];
}

// A bare file name stays as it is: the system's loader searches for it.
function named(origin: string, file: string): NativeLibraryCandidate {
  const isPath = file.includes("/") || file.includes(path.sep);
  return { library, origin, path: isPath ? path.resolve(file) : file };
}

function besideAddon(): NativeLibraryCandidate[] {
  const name = shippedNames[process.platform];
  return name === undefined
    ? []
    : [{ library, origin: "beside the addon", path: path.join(addonFolder(), name) }];
}

function inOnnxruntimeNode(): NativeLibraryCandidate[] {
  const starts = [path.join(__dirname, ".."), process.cwd()];
  const roots = starts.flatMap((start) => packageFolder("onnxruntime-node", start));
  return [...new Set(roots)]
    .flatMap(librariesOf)
    .map((file) => ({ library, origin: "onnxruntime-node", path: file }));
}

function packageFolder(name: string, start: string): string[] {
  try {
    return [path.dirname(require.resolve(`${name}/package.json`, { paths: [start] }))];
  } catch {
    return []; // not installed there: one place less to look
  }
}

// bin/napi-v<N>/<platform>/<arch>/<library>, the highest N first.
function librariesOf(root: string): string[] {
  const name = vendorNames[process.platform];
  if (name === undefined) return [];
  const bin = path.join(root, "bin");
  return listFolder(bin)
    .filter((folder) => /^napi-v\d+$/.test(folder))
    .sort((a, b) => Number(b.slice(6)) - Number(a.slice(6)))
    .map((folder) => path.join(bin, folder, process.platform, process.arch, name));
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // an installation without binaries
  }
}
