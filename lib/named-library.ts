// A vendor library that the caller or the environment names: then that place is the only one, and where it cannot be
// used, it is what has to be mended.

import path from "node:path";
import type { NativeLibraryCandidate } from "./native.js";
import type { RuntimeOptions } from "./options.js";

/** A vendor library as candidates and the option `runtime` name it. */
export type LibraryName = keyof RuntimeOptions;

const variables: Readonly<Record<LibraryName, string>> = {
  onnxruntime: "DEEPLAB_RT_ONNXRUNTIME",
  cuda: "DEEPLAB_RT_CUDA",
  tensorrt: "DEEPLAB_RT_TENSORRT",
};

const optionOrigin = (library: LibraryName) => `option runtime.${library}`;

/** The place that the option names, else that of the environment variable; undefined where neither does. */
export function namedCandidate(
  library: LibraryName,
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): NativeLibraryCandidate | undefined {
  if (option !== undefined) return { library, origin: optionOrigin(library), path: place(option) };
  const variable = variables[library];
  const value = env[variable];
  return value ? { library, origin: variable, path: place(value) } : undefined;
}

// A bare file name stays as it is: the system's loader searches for it.
function place(file: string): string {
  const isPath = file.includes("/") || file.includes(path.sep);
  return isPath ? path.resolve(file) : file;
}

/**
 * How to fix libraries that were named and could not be used; undefined where the error speaks of none.
 * @param message The error's: it lists every place that was tried.
 */
export function hintForNamedLibraries(
  candidates: readonly NativeLibraryCandidate[],
  message: string,
): string | undefined {
  const names = candidates.filter((candidate) => message.includes(candidate.path)).flatMap(settingOf);
  if (names.length === 0) return undefined;
  const they = names.length === 1 ? "it is" : "they are";
  return `correct or unset ${names.join(" and ")}: while ${they} set, nothing else is tried.`;
}

// Where a candidate was set; nothing of one that was found.
function settingOf({ library, origin }: NativeLibraryCandidate): string[] {
  const name = library as LibraryName;
  if (origin === optionOrigin(name)) return [`the option runtime.${name}`];
  return origin === variables[name] ? [`the environment variable ${origin}`] : [];
}
