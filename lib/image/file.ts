// Reading picture files named by path or file: URL.

import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { DeepLabError } from "../errors.js";
import { showPath } from "../show.js";
import { isAddressText, shownAddress } from "./address-text.js";
import { isBase64Picture } from "./base64.js";
import { schemeOf } from "./scheme.js";

/**
 * The bytes of a picture file.
 * @throws DeepLabError IMAGE_NOT_FOUND, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, IMAGE_INVALID
 */
export async function readImageFile(source: string | URL): Promise<Uint8Array> {
  const file = toPath(source);
  try {
    // A pipe or a device would be read forever.
    if (!(await stat(file)).isFile()) throw unreadable(file, "it is not an ordinary file");
    return await readFile(file);
  } catch (error) {
    throw error instanceof DeepLabError ? error : readError(file, error as NodeJS.ErrnoException);
  }
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
