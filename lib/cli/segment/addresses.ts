// Inputs that are addresses: cameras, what the web holds, file: URLs. No message or file name repeats what may be a key.

import path from "node:path";
import { fileURLToPath } from "node:url";
import { DeepLabError } from "../../errors.js";
import { parseUrl, shownAddress, withoutSecrets } from "../../image/address-text.js";

/** The file of a `file:` URL. @throws DeepLabError OPTION_INVALID */
export function fileOf(text: string): string {
  try {
    return fileURLToPath(text);
  } catch (error) {
    throw noAddress(text, "file:///folder/picture.jpg", error);
  }
}

/** The name of a camera's outputs: the last part of its address. */
export function cameraPlace(text: string): string {
  const name = path.posix.basename(shownAddress(text).replace(/^[^/]*\/\//, ""));
  return fileName(name) || "camera";
}

/** The name of a file of the web. @throws DeepLabError OPTION_INVALID */
export function webPlace(text: string): string {
  const expected = "https://host/folder/picture.jpg";
  const url = parseUrl(text);
  if (url === undefined) throw noAddress(text, expected);
  try {
    const shown = withoutSecrets(url.pathname).replaceAll("=…", "");
    const name = decodeURIComponent(path.posix.basename(shown));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no file name may hold
    return name.replace(/[/\\\u0000-\u001f]/g, "-").replace(/^\.+/, "") || "image";
  } catch (error) {
    throw noAddress(text, expected, error);
  }
}

/** Folders that set an address apart from others of the same name: its host and those of its path. */
export function addressPath(text: string, place: string): string {
  const url = parseUrl(text);
  const inPath = path.posix.dirname(withoutSecrets(url?.pathname ?? "")).split("/");
  const names = url === undefined ? [] : [url.host, ...inPath].map(fileName);
  return `/${[...names.filter((name) => name !== ""), place].join("/")}`;
}

const fileName = (text: string) =>
  text
    .replace(/[^\w.-]+/g, "-")
    .replace(/^\.+/, "")
    .replace(/-$/, "");

function noAddress(text: string, expected: string, cause?: unknown): DeepLabError {
  const found = shownAddress(text);
  return new DeepLabError("OPTION_INVALID", `${found} is no address that can be read.`, {
    detail: { found, expected },
    hint: `addresses look like ${expected}; write a percent sign as %25.`,
    ...(cause === undefined ? {} : { cause }),
  });
}
