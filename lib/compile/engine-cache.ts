// Engines that were built because a package without one was to run on TensorRT: each is built once for everything that
// decides it, whoever asks, and kept in the cache folder.

import { createHash } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import { runJob } from "../convert/run-job.js";
import { cudaCandidates } from "../cuda-places.js";
import { DeepLabError, toDeepLabError } from "../errors.js";
import { type PreparedHead, prepareHead } from "../head-cut.js";
import { hintForLibraries } from "../libraries.js";
import { type NativeEngineTarget, native } from "../native.js";
import type { LibraryPaths } from "../options.js";
import { cacheFolder } from "../packages/cache.js";
import { type PackageEngine, readEngine } from "../packages/engine-package.js";
import { hasFile, packageFiles } from "../packages/files.js";
import { describeFiles, type ModelPackage } from "../packages/model-package.js";
import { tensorrtCandidates } from "../tensorrt-places.js";
import { buildPackage, type LoadModel } from "./build-package.js";
import { findOrMake } from "./exclusive.js";
import { stagingName } from "./leftovers.js";
import type { EngineLoadSettings } from "./load-options.js";
import type { NetworkFacts } from "./network-facts.js";
import { telling } from "./progress.js";
import { withStaging } from "./staging.js";

/** Which engine is wanted. */
export interface EngineWish {
  readonly model: ModelPackage;
  readonly engine: EngineLoadSettings;
  readonly libraries: LibraryPaths;
  readonly ordinal: number;
  readonly load: LoadModel;
}

/** An engine's place in the cache, whether or not it is there. */
export interface EnginePlace {
  readonly wish: EngineWish;
  readonly folder: string;
  readonly facts: NetworkFacts;
  readonly head: PreparedHead;
}

/**
 * Where the engine of a package is kept. Reads all weights, and opens TensorRT and the GPU: an engine fits only these.
 * @throws DeepLabError BACKEND_UNAVAILABLE, DEVICE_*; an abort rejects with `signal.reason`
 */
export async function enginePlace(wish: EngineWish, signal: AbortSignal | undefined): Promise<EnginePlace> {
  const target = await findTarget(wish);
  signal?.throwIfAborted();
  const facts = await runJob("networkFacts", wish.model.weightsPath, signal);
  const head = await prepareHead(wish.model, wish.engine.headCut, signal);
  return { wish, folder: path.join(cacheFolder("engines"), keyOf(wish, target, facts, head)), facts, head };
}

async function findTarget({ libraries, ordinal }: EngineWish): Promise<NativeEngineTarget> {
  const candidates = [...cudaCandidates(libraries.cuda), ...tensorrtCandidates(libraries.tensorrt)];
  try {
    return await native().engineTarget(candidates, ordinal);
  } catch (error) {
    const hint = hintForLibraries("trt", candidates, (error as Error).message);
    throw toDeepLabError(error, hint === undefined ? {} : { BACKEND_UNAVAILABLE: hint });
  }
}

// Counts changes of what an engine is built like.
const format = 1;

/** The name of everything that decides an engine. */
export function keyOf(
  { model, engine }: Pick<EngineWish, "model" | "engine">,
  target: NativeEngineTarget,
  facts: Pick<NetworkFacts, "sha256">,
  { decision }: Pick<PreparedHead, "decision">,
): string {
  const { precision, batch, sizes, workspace } = engine;
  const parts = {
    format,
    model: facts.sha256,
    target,
    precision,
    batch: [batch.min, batch.opt, batch.max],
    workspace,
    size: sizes ?? model.config.inputSize,
    head: decision.cut,
  };
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 40);
}

/**
 * The package with its cached engine; undefined where there is none that may be used.
 * @throws DeepLabError ENGINE_INACCURATE where there is one that agrees less than is asked for
 */
export async function cachedEngine(place: EnginePlace): Promise<ModelPackage | undefined> {
  const { wish, folder } = place;
  const kept = await readKept(folder);
  if (kept === undefined) return undefined;
  requireAgreement(kept.engine, wish.engine.minAgreement, folder);
  // The rest is the package's as it is now, not as it was then.
  return { ...wish.model, format: "trt", ...kept };
}

type KeptEngine = Pick<ModelPackage, "weightsPath" | "weightsByteLength" | "weightsFingerprint"> & {
  readonly engine: PackageEngine;
};

async function readKept(folder: string): Promise<KeptEngine | undefined> {
  if (!(await hasFile(folder, packageFiles.engineRecord))) return undefined;
  const weightsPath = planOf(folder);
  try {
    // Described first: an engine that is replaced while it is judged is not taken for the one that was.
    const described = await describeFiles([weightsPath]);
    return { weightsPath, ...described, engine: await readEngine(folder, false) };
  } catch (error) {
    // Damaged, the key was lost, or half of it is missing, also because it is being replaced just now: built anew.
    if (error instanceof DeepLabError || isMissing(error)) return undefined;
    throw error;
  }
}

const planOf = (folder: string) => path.join(folder, packageFiles.tensorRtEngine);

const isMissing = (error: unknown) =>
  ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");

function requireAgreement({ record }: PackageEngine, expected: number, folder: string): void {
  const found = record?.accuracy?.agreement;
  if (typeof found === "number" && found >= expected) return;
  throw new DeepLabError(
    "ENGINE_INACCURATE",
    `The engine in ${folder} agreed with ONNX Runtime in ${found} of the pixels, expected at least ${expected}.`,
    { detail: { folder, agreement: found, minAgreement: expected } },
  );
}

/**
 * The package with its engine, which is built where it is not cached: by one of all processes and threads that ask.
 * @throws DeepLabError ENGINE_BUILD_FAILED, ENGINE_INACCURATE, …; an abort rejects with `signal.reason`
 */
export async function ensureEngine(
  place: EnginePlace,
  signal: AbortSignal | undefined,
): Promise<ModelPackage> {
  try {
    return await findOrMake(place.folder, {
      find: () => cachedEngine(place),
      make: () => makeEngine(place, signal),
      signal,
      keepAlive: place.wish.engine.mode === "wait",
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new DeepLabError(
      "ENGINE_BUILD_FAILED",
      `The engine cannot be kept in ${place.folder}: ${(error as Error).message}.`,
      {
        detail: { folder: place.folder },
        hint: "set INFERENCE_HOME to a folder that can be written, or build the engine with deeplab-rt compile.",
        cause: error,
      },
    );
  }
}

/**
 * Removes an engine that `cachedEngine` found at this place and that turned out not to fit; one that was built since
 * stays.
 * @throws an Error of the file system
 */
export async function forgetEngine({ folder }: EnginePlace, misfit: ModelPackage): Promise<void> {
  await findOrMake(folder, {
    find: async () => ((await fingerprint(folder)) === misfit.weightsFingerprint ? undefined : "gone"),
    make: async () => {
      // Away at once, then deleted: nobody finds half of it.
      const aside = stagingName(folder);
      await rename(folder, aside);
      await rm(aside, { recursive: true, force: true });
      return "gone";
    },
    signal: undefined,
  });
}

// Undefined where there is no engine.
async function fingerprint(folder: string): Promise<string | undefined> {
  try {
    return (await describeFiles([planOf(folder)])).weightsFingerprint;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function makeEngine(place: EnginePlace, signal: AbortSignal | undefined): Promise<ModelPackage> {
  const { wish, facts, head } = place;
  const { model, engine, libraries, ordinal, load } = wish;
  const keepAlive = engine.mode === "wait";
  const settings = { ...engine, libraries, ordinal, signal, keepAlive, files: "needed" } as const;
  const tell = telling(engine.onProgress);
  await withStaging(place.folder, (folder) =>
    buildPackage({ model, facts, head, folder, settings, tell, load }),
  );
  const made = await cachedEngine(place);
  if (made !== undefined) return made;
  throw new DeepLabError(
    "ENGINE_BUILD_FAILED",
    `The engine that was just built in ${place.folder} is gone again.`,
  );
}
