// Reading picture files named by path or file: URL.

import { type FileHandle, open, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { DeepLabError } from "../errors.js";
import { showPath } from "../show.js";
import { isAddressText, shownAddress } from "./address-text.js";
import { isBase64Picture } from "./base64.js";
import { ByteCollector, fileByteLimit, tooManyBytes } from "./byte-collector.js";
import { unsupportedFormat } from "./decode-errors.js";
import { schemeOf } from "./scheme.js";
import { isDecodable, sniffFormat } from "./sniff.js";

// What tells a picture from anything else stands in its first bytes: nothing more is read of the others.
const headLength = 65_536;
// Between two of them reading can be stopped.
const pieceLength = 2 ** 20;

/** What is used of a file that is open. */
type OpenFile = Pick<FileHandle, "read"> & { stat(): Promise<{ readonly size: number }> };

/**
 * The bytes of a picture file. Of a long file that is no picture only the first ones are read.
 * @throws DeepLabError IMAGE_NOT_FOUND, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE, IMAGE_INVALID; the reason of
 *   `stop`
 */
export async function readImageFile(source: string | URL, stop?: AbortSignal): Promise<Uint8Array> {
  const file = toPath(source);
  try {
    // A pipe or a device would be read forever.
    if (!(await stat(file)).isFile()) throw unreadable(file, "it is not an ordinary file");
    await using handle = await open(file);
    return await readPicture(handle, stop);
  } catch (error) {
    if (stop?.aborted) throw stop.reason;
    throw error instanceof DeepLabError ? error : readError(file, error as NodeJS.ErrnoException);
  }
}

/**
 * The bytes of an open file.
 * @throws DeepLabError IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE; the reason of `stop`
 */
export async function readPicture(handle: OpenFile, stop?: AbortSignal): Promise<Uint8Array> {
  const { size } = await handle.stat();
  const head = Buffer.allocUnsafe(headLength);
  const headEnd = await fill(handle, head, 0, stop);
  if (headEnd < headLength) return head.subarray(0, headEnd);
  const format = sniffFormat(head);
  if (!isDecodable(format)) throw unsupportedFormat(format, head);
  if (size > fileByteLimit) throw tooManyBytes(fileByteLimit);
  if (size < headLength) return readToEnd(handle, head, stop);
  const bytes = Buffer.allocUnsafe(size);
  head.copy(bytes);
  return bytes.subarray(0, await fill(handle, bytes, headEnd, stop));
}

// Some file systems do not say how long a file is.
async function readToEnd(handle: OpenFile, head: Buffer, stop: AbortSignal | undefined): Promise<Uint8Array> {
  const collector = new ByteCollector(fileByteLimit);
  collector.add(head);
  for (let length = pieceLength; length === pieceLength; ) {
    const piece = Buffer.allocUnsafe(pieceLength);
    length = await fill(handle, piece, 0, stop);
    collector.add(piece.subarray(0, length));
  }
  return collector.bytes();
}

// Reads on from `start`, until the buffer is full or the file ends; answers up to where.
async function fill(
  handle: OpenFile,
  bytes: Buffer,
  start: number,
  stop: AbortSignal | undefined,
): Promise<number> {
  let at = start;
  while (at < bytes.length) {
    stop?.throwIfAborted();
    const length = Math.min(pieceLength, bytes.length - at);
    const { bytesRead } = await handle.read(bytes, at, length);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}

// What the file system says holds the path once more; of a long one only its first words are kept.
function readError(file: string, error: NodeJS.ErrnoException): DeepLabError {
  const absent = error.code === "ENOENT" || error.code === "ENOTDIR";
  if ((absent || error.code === "ENAMETOOLONG") && isBase64Picture(file)) return base64(file.length);
  const shown = showPath(file);
  const cause = shown === file ? error : undefined;
  if (!absent) return unreadable(file, error.message.split(",")[0] ?? "", cause);
  const place = showPath(path.resolve(file));
  return new DeepLabError("IMAGE_NOT_FOUND", `There is no picture at ${place}.`, {
    detail: { file: place },
    cause,
  });
}

function base64(length: number): DeepLabError {
  return new DeepLabError(
    "IMAGE_INVALID",
    `Expected the path of a picture but received ${length} characters that look like a picture in base64.`,
    { detail: { length }, hint: "pass { base64: text }." },
  );
}

function toPath(source: string | URL): string {
  const text = String(source);
  const scheme = schemeOf(source);
  if (source instanceof URL || scheme === "file") return fromFileUrl(text, scheme);
  if (scheme !== undefined && (isAddressText(text) || ["blob", "s3", "gs"].includes(scheme)))
    throw unsupportedScheme(text, scheme);
  if (text === "")
    throw new DeepLabError("IMAGE_NOT_FOUND", "The path of the picture is empty.", { detail: { file: "" } });
  return text;
}

function fromFileUrl(text: string, scheme = ""): string {
  if (scheme !== "file") throw unsupportedScheme(text, scheme);
  try {
    return fileURLToPath(text);
  } catch (error) {
    throw unreadable(text, (error as Error).message, error);
  }
}

function unsupportedScheme(text: string, scheme: string): DeepLabError {
  return new DeepLabError(
    "IMAGE_UNSUPPORTED",
    `Pictures cannot be read from ${scheme}: addresses (${shownAddress(text)}).`,
    {
      detail: { scheme },
      hint:
        scheme === "blob" ? "pass the Blob itself." : "fetch the picture and pass its bytes, or its stream.",
    },
  );
}

function unreadable(file: string, why: string, cause?: unknown): DeepLabError {
  const shown = showPath(file);
  return new DeepLabError("IMAGE_UNREADABLE", `The picture ${shown} cannot be read: ${why}.`, {
    detail: { file: shown, reason: why },
    cause,
  });
}
