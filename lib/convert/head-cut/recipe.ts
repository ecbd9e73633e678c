// How to make the cut model out of the file: which bytes of it to keep, and what to put between them. A few
// hundred bytes, whatever the weights take: this is what is cached, instead of a second copy of the weights.

import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { Span } from "../onnx/model-file.js";
import type { Interpolation } from "./interpolation.js";

/** A piece of the cut model: bytes of the file, or bytes of our own as hexadecimal text. */
export type Part = Span | { readonly hex: string };

/** A network without its last interpolation. */
export interface CutHead {
  readonly cut: true;
  readonly interpolation: Interpolation;
  /** Name of the output as the file has it. */
  readonly output: string;
}

/** Whether the network's last interpolation is left to post-processing; if not, why, in one sentence. */
export type HeadDecision = CutHead | { readonly cut: false; readonly reason: string };

/** The cut of one model file. */
export interface CutRecipe extends CutHead {
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

/**
 * Whether the file is still the one the recipe was made for, as far as the recipe needs it to be: the bytes it
 * removes are the same. Reads no more than those. The weights are whatever the file holds now.
 */
export async function recipeFits(recipe: CutRecipe, path: string): Promise<boolean> {
  await using file = await open(path);
  const { size } = await file.stat();
  if (size !== recipe.fileSize) return false;
  const removed: Uint8Array[] = [];
  for (const { start, end } of removedSpans(recipe.parts, size)) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    removed.push(buffer.subarray(0, bytesRead));
  }
  return hashRemoved(removed) === recipe.removedHash;
}
