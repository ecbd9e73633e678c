// How to make the cut model out of the file: which bytes of it to keep, and what to put between them. A few
// hundred bytes, whatever the weights take: this is what is cached, instead of a second copy of the weights.

import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { Span } from "../onnx/model-file.js";
import type { Interpolation } from "./interpolation.js";

/** A piece of the cut model: bytes of the file, or bytes of our own as hexadecimal text. */
export type Part = Span | { readonly hex: string };

/** The cut of one model file. */
export interface CutRecipe {
  readonly cut: true;
  readonly interpolation: Interpolation;
  /** Name of the output as the file has it. */
  readonly output: string;
  /** Bytes of the file the recipe was made for. */
  readonly fileSize: number;
  readonly parts: readonly Part[];
  /** SHA-256 of all bytes that no part keeps: proves that the file is still the one. */
  readonly removedHash: string;
}

/** The decision about one model file. */
export type HeadRecipe = CutRecipe | { readonly cut: false; readonly reason: string };

/** The bytes between the parts, which the cut model lacks. */
export function removedSpans(parts: readonly Part[], fileSize: number): Span[] {
  const removed: Span[] = [];
  let position = 0;
  for (const part of parts) {
    if ("hex" in part) continue;
    if (part.start > position) removed.push({ start: position, end: part.start });
    position = part.end;
  }
  if (position < fileSize) removed.push({ start: position, end: fileSize });
  return removed;
}

/** {@link CutRecipe.removedHash}, from the removed bytes in order. */
export function hashRemoved(removed: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const bytes of removed) hash.update(bytes);
  return hash.digest("hex");
}

// Node reads at most 2 GiB at once.
const mostAtOnce = 2 ** 30;

interface Source {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
}

async function readSpan(file: Source, { start, end }: Span, into: Uint8Array): Promise<boolean> {
  for (let done = 0; start + done < end; ) {
    const length = Math.min(end - start - done, mostAtOnce);
    const { bytesRead } = await file.read(into, done, length, start + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

async function isUnchanged(file: Source, size: number, recipe: CutRecipe): Promise<boolean> {
  if (size !== recipe.fileSize) return false;
  const removed: Uint8Array[] = [];
  for (const span of removedSpans(recipe.parts, size)) {
    const bytes = new Uint8Array(span.end - span.start);
    if (!(await readSpan(file, span, bytes))) return false;
    removed.push(bytes);
  }
  return hashRemoved(removed) === recipe.removedHash;
}

const lengthOf = (part: Part) => ("hex" in part ? part.hex.length / 2 : part.end - part.start);

/**
 * The cut model, read from the file into one new buffer. Weights are taken from the file as it is now.
 * @returns undefined where the file is not the one the recipe was made for
 */
export async function applyRecipe(recipe: CutRecipe, path: string): Promise<Uint8Array | undefined> {
  await using file = await open(path);
  const { size } = await file.stat();
  if (!(await isUnchanged(file, size, recipe))) return undefined;
  const total = recipe.parts.reduce((sum, part) => sum + lengthOf(part), 0);
  const model = Buffer.allocUnsafeSlow(total);
  let position = 0;
  for (const part of recipe.parts) {
    const target = model.subarray(position, position + lengthOf(part));
    if ("hex" in part) target.set(Buffer.from(part.hex, "hex"));
    else if (!(await readSpan(file, part, target))) return undefined;
    position += target.length;
  }
  return model;
}
