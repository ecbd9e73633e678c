// The engine of a TensorRT package, and whether it may be loaded: only one that we built here, or one that the caller
// vouches for.

import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { DeepLabError } from "../errors.js";
import { type EngineRecord, engineOrigin, readEngineRecord } from "./engine-record.js";
import { missingFile, packageFiles } from "./files.js";
import { checkLfsPointer } from "./lfs-pointer.js";
import { type EngineBatch, readTrtConfig } from "./trt-config.js";

/** What lies beside an engine that may be loaded. */
export interface PackageEngine {
  readonly batch: EngineBatch;
  /** Null where there is none: then nothing is known but the engine itself. */
  readonly record: EngineRecord | null;
  /** Why the engine is loaded: its record's signature is ours, or the option `trustEngine`. */
  readonly trust: "signature" | "option";
}

/**
 * Reads what lies beside an engine, and refuses one that is neither ours nor vouched for.
 * @param trustEngine Take it, and what its record says, from whomever it is.
 * @throws DeepLabError PACKAGE_*, ENGINE_UNTRUSTED
 */
export async function readEngine(folder: string, trustEngine: boolean): Promise<PackageEngine> {
  const file = path.join(folder, packageFiles.tensorRtEngine);
  await refusePointer(file);
  const batch = await readTrtConfig(folder);
  const record = await readEngineRecord(folder);
  if (!trustEngine) {
    const origin = await engineOrigin(folder, record);
    if (!origin.ours) throw untrusted(file, origin.reason);
  }
  return { batch, record: record ?? null, trust: trustEngine ? "option" : "signature" };
}

// A clone without Git LFS: its first line is all that is looked at.
async function refusePointer(file: string): Promise<void> {
  await using handle = await openPlan(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
  checkLfsPointer(buffer.subarray(0, bytesRead), file, (await handle.stat()).size);
}

async function openPlan(file: string): Promise<FileHandle> {
  try {
    return await open(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw missingFile(file, error);
    throw new DeepLabError("PACKAGE_UNREADABLE", `${file} cannot be read: ${message}.`, {
      detail: { file, reason: code ?? message },
      cause: error,
    });
  }
}

function untrusted(file: string, reason: string): DeepLabError {
  return new DeepLabError(
    "ENGINE_UNTRUSTED",
    `${file} was not built by deeplab-rt for this user on this machine: ${reason}. An engine is a compiled program: ` +
      "TensorRT runs what it holds and believes what it says, so a foreign one can do harm.",
    {
      detail: { file, reason },
      hint:
        "if you know who built it, and would run a program of theirs, pass { trustEngine: true } (--trust-engine on " +
        "the command line); " +
        "otherwise build one here from a package with weights.onnx: deeplab-rt compile <package>.",
    },
  );
}
