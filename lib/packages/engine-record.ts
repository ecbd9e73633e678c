// deeplab_rt.json beside an engine.plan: how the engine was built, and what post-processing has to do for it. Signed
// with this user's key on this machine over the plan and the rest of the record, because an engine is code: one is
// ours only if both are, byte for byte, what we wrote here.

import { createHash, createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createReadStream } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { engineKey, existingEngineKey } from "./engine-key.js";
import { type EngineFacts, type EngineRecord, engineRecordSchema } from "./engine-record-schema.js";
import { hasFile, packageFiles, readPackageJson } from "./files.js";
import { schemaError } from "./schema-error.js";

export type {
  EngineBuild,
  EngineFacts,
  EngineHead,
  EngineRecord,
} from "./engine-record-schema.js";

/** Whether an engine was built here by us, and if not, why that is known: one clause. */
export type EngineOrigin = { readonly ours: true } | { readonly ours: false; readonly reason: string };

/**
 * The record beside an engine; undefined where there is none. What it says may be anybody's: see {@link engineOrigin}.
 * @throws DeepLabError PACKAGE_INVALID, PACKAGE_UNREADABLE
 */
export async function readEngineRecord(folder: string): Promise<EngineRecord | undefined> {
  if (!(await hasFile(folder, packageFiles.engineRecord))) return undefined;
  const json = await readPackageJson(folder, packageFiles.engineRecord);
  const parsed = engineRecordSchema.safeParse(json);
  if (!parsed.success) {
    throw schemaError(parsed.error.issues, json, path.join(folder, packageFiles.engineRecord));
  }
  // As it was written, not as the schema read it: the signature is over every key.
  return json as unknown as EngineRecord;
}

/**
 * Signs what is known of the engine in this folder, as it lies there now, and writes it beside the engine, whole or
 * not at all.
 * @returns What was written.
 * @throws DeepLabError ENGINE_BUILD_FAILED where the key cannot be had; Error of the file system
 */
export async function writeEngineRecord(folder: string, facts: EngineFacts): Promise<EngineRecord> {
  const { head, built, accuracy } = facts;
  const unsigned = { format: 1, head, built, accuracy } as const;
  const signature = sign(await engineKey(), await planHash(folder), unsigned).toString("hex");
  const record: EngineRecord = { ...unsigned, signature };
  const file = path.join(folder, packageFiles.engineRecord);
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(record, null, 2)}\n`, { flag: "wx" });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return record;
}

/** Whether we built the engine of this folder on this machine, and neither it nor its record was changed since. */
export async function isOurs(folder: string, record: EngineRecord): Promise<boolean> {
  return (await engineOrigin(folder, record)).ours;
}

/** The same, with why not. Reads the whole engine. */
export async function engineOrigin(folder: string, record: EngineRecord | undefined): Promise<EngineOrigin> {
  if (record === undefined) return foreign(`there is no ${packageFiles.engineRecord} beside it`);
  const key = await keyOrReason();
  if (typeof key === "string") return foreign(key);
  const { signature, ...unsigned } = record;
  const expected = sign(key, await planHash(folder), unsigned);
  const given = Buffer.from(signature, "hex");
  if (given.length === expected.length && timingSafeEqual(given, expected)) return { ours: true };
  return foreign(
    `the signature in ${packageFiles.engineRecord} is not this machine's and user's for this engine: it was built ` +
      "elsewhere, or one of the two files was changed",
  );
}

const foreign = (reason: string): EngineOrigin => ({ ours: false, reason });

async function keyOrReason(): Promise<Buffer | string> {
  try {
    return (await existingEngineKey()) ?? "no engine was ever built by this user on this machine";
  } catch (error) {
    return `the key that engines are signed with cannot be used: ${(error as Error).message}`;
  }
}

function sign(key: Buffer, plan: string, unsigned: unknown): Buffer {
  return createHmac("sha256", key)
    .update(`deeplab-rt engine\n${plan}\n${canonical(unsigned)}`)
    .digest();
}

// JSON with the keys of every object in one order.
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

// Pieces that take the event loop well under a millisecond each: engines have hundreds of megabytes.
const pieceBytes = 256 << 10;

/** SHA-256 of the engine. */
async function planHash(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const file = path.join(folder, packageFiles.tensorRtEngine);
  for await (const piece of createReadStream(file, { highWaterMark: pieceBytes }))
    hash.update(piece as Buffer);
  return hash.digest("hex");
}
