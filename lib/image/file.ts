// Reading picture files named by path or file: URL.

import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { DeepLabError } from "../errors.js";

/**
 * The bytes of a picture file.
 * @throws DeepLabError IMAGE_NOT_FOUND, IMAGE_UNREADABLE, IMAGE_UNSUPPORTED
 */
export async function readImageFile(source: string | URL): Promise<Uint8Array> {
  const file = toPath(source);
  try {
    // A pipe or a device would be read forever.
    if (!(await stat(file)).isFile()) throw unreadable(file, "it is not an ordinary file");
    return await readFile(file);
  } catch (error) {
    if (error instanceof DeepLabError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw unreadable(file, message, error);
    throw new DeepLabError("IMAGE_NOT_FOUND", `There is no picture at ${file}.`, {
      detail: { file },
      cause: error,
    });
  }
}

function toPath(source: string | URL): string {
  const text = String(source);
  // One letter before the colon is a Windows drive, not a scheme.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (source instanceof URL || scheme === "file") return fromFileUrl(text, scheme);
  if (scheme !== undefined && ["http", "https", "data", "ftp", "blob"].includes(scheme)) {
    throw unsupportedScheme(text, scheme);
  }
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
    `Pictures cannot be read from ${scheme}: addresses (${text.slice(0, 80)}).`,
    {
      detail: { scheme },
      hint: "fetch the picture and pass its bytes.",
    },
  );
}

function unreadable(file: string, why: string, cause?: unknown): DeepLabError {
  return new DeepLabError("IMAGE_UNREADABLE", `The picture ${file} cannot be read: ${why}.`, {
    detail: { file, reason: why },
    cause,
  });
}
