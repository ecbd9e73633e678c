// Where the vendor libraries may lie, and above all ONNX Runtime's, in the order they are tried. Named explicitly (by
// option or by environment) it is the only place: what was asked for and cannot be had is an error, not a fallback.

import { readdirSync } from "node:fs";
import path from "node:path";
import { cudaCandidates } from "./cuda-places.js";
import { hintForNamedLibraries, namedCandidate } from "./named-library.js";
import { addonFolder, type NativeLibraryCandidate } from "./native.js";
import type { LibraryPaths } from "./options.js";
import type { ModelPackage } from "./packages/model-package.js";
import { tensorrtCandidates } from "./tensorrt-places.js";

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

/** The folder that holds package.json, one above dist/. */
const packageRoot = path.join(__dirname, "..");

/**
 * Places to look for the vendor libraries that a package may need; native code opens those that it does.
 * @param format The package's. For weights.onnx ours open no TensorRT: a provider of ONNX Runtime is linked to its own.
 */
export function libraryCandidates(
  paths: LibraryPaths,
  format: ModelPackage["format"] = "trt",
): NativeLibraryCandidate[] {
  return [
    ...onnxruntimeCandidates(paths.onnxruntime),
    ...cudaCandidates(paths.cuda),
    ...(format === "onnx" ? [] : tensorrtCandidates(paths.tensorrt)),
  ];
}

/**
 * How to get the libraries that could not be had; undefined where the error code's own hint, how to get ONNX Runtime,
 * is the one.
 * @param message The error's: it lists every place that was tried.
 */
export function hintForLibraries(
  format: string,
  candidates: readonly NativeLibraryCandidate[],
  message: string,
): string | undefined {
  const named = hintForNamedLibraries(candidates, message);
  if (named !== undefined || format !== "trt") return named;
  return (
    "engines need NVIDIA's driver and TensorRT 10: install them, or name them by the options runtime.cuda and " +
    "runtime.tensorrt or the environment variables DEEPLAB_RT_CUDA and DEEPLAB_RT_TENSORRT."
  );
}

/**
 * Places to look for ONNX Runtime: the option alone, or `DEEPLAB_RT_ONNXRUNTIME` alone, or beside the addon and
 * in `onnxruntime-node` as this package sees it. The working directory is no place: whoever runs the command
 * line in a foreign folder must not load native code from there. A place that holds no library is named too, so
 * that it is in the error.
 * @param option `runtime.onnxruntime`: a file path, or a bare file name for the system's own search.
 */
export function onnxruntimeCandidates(option?: string): NativeLibraryCandidate[] {
  const named = namedCandidate(library, option);
  return named !== undefined ? [named] : [...besideAddon(), ...inOnnxruntimeNode()];
}

function besideAddon(): NativeLibraryCandidate[] {
  const name = shippedNames[process.platform];
  return name === undefined
    ? []
    : [{ library, origin: "beside the addon", path: path.join(addonFolder(), name) }];
}

function inOnnxruntimeNode(): NativeLibraryCandidate[] {
  const root = findPackage("onnxruntime-node", packageRoot);
  const files = root === undefined ? [expectedPlace("onnxruntime-node", packageRoot)] : librariesOf(root);
  return files.map((file) => ({ library, origin: "onnxruntime-node", path: file }));
}

function findPackage(name: string, start: string): string | undefined {
  try {
    return path.dirname(require.resolve(`${name}/package.json`, { paths: [start] }));
  } catch {
    return undefined; // not installed: expectedPlace() stands for it in the error
  }
}

/** Where npm would have put a package: beside the installed package, or inside a clone. */
export function expectedPlace(name: string, root: string): string {
  const parent = path.dirname(root);
  const modules = path.basename(parent) === "node_modules" ? parent : path.join(root, "node_modules");
  return path.join(modules, name);
}

// bin/napi-v<N>/<platform>/<arch>/<library>, the highest N first; bin/ itself where there is none.
function librariesOf(root: string): string[] {
  const bin = path.join(root, "bin");
  const name = vendorNames[process.platform];
  const folders = listFolder(bin)
    .filter((folder) => /^napi-v\d+$/.test(folder))
    .sort((a, b) => Number(b.slice(6)) - Number(a.slice(6)));
  if (name === undefined || folders.length === 0) return [bin];
  return folders.map((folder) => path.join(bin, folder, process.platform, process.arch, name));
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // an installation without binaries
  }
}
