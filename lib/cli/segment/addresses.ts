// Inputs that are addresses: cameras, what the web holds, file: URLs. No message or file name repeats what may be a key.

import path from "node:path";
import { fileURLToPath } from "node:url";
import { DeepLabError } from "../../errors.js";
import { parseUrl, showUrl } from "../../image/url-rules.js";
import { showPath } from "../../show.js";

/** An address without user, password, query and fragment; where it is none that can be parsed, what is left of it. */
export function shownAddress(text: string): string {
  const url = parseUrl(text);
  if (url !== undefined) return showUrl(url);
  return showPath(text.replace(/\/\/.*@/s, "//").replace(/[?#].*$/s, ""));
}

/** A text with every address in it as {@link shownAddress} shows it. */
export function withShownAddresses(text: string): string {
  // What follows an address in a message is no part of it.
  return text.replace(/\b[a-z][a-z\d+.-]*:\/\/\S+?(?=[:;,'"]*(?:\s|$))/gi, shownAddress);
}

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
  return name.replace(/[^\w.-]+/g, "-").replace(/^\.+/, "") || "camera";
}

/** The name of a file of the web. @throws DeepLabError OPTION_INVALID */
export function webPlace(text: string): string {
  const expected = "https://host/folder/picture.jpg";
  const url = parseUrl(text);
  if (url === undefined) throw noAddress(text, expected);
  try {
    const name = decodeURIComponent(path.posix.basename(url.pathname));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no file name may hold
    return name.replace(/[/\\\u0000-\u001f]/g, "-").replace(/^\.+/, "") || "image";
  } catch (error) {
    throw noAddress(text, expected, error);
  }
}

/** Folders that set an address apart from others of the same name: its host and those of its path. */
export function addressPath(text: string, place: string): string {
  const url = parseUrl(text);
  const folders = url === undefined ? [] : [url.host, ...path.posix.dirname(url.pathname).split("/")];
  const names = folders.map((name) => name.replace(/[^\w.-]+/g, "-").replace(/^\.+/, ""));
  return `/${[...names.filter((name) => name !== ""), place].join("/")}`;
}

function noAddress(text: string, expected: string, cause?: unknown): DeepLabError {
  const found = shownAddress(text);
  return new DeepLabError("OPTION_INVALID", `${found} is no address that can be read.`, {
    detail: { found, expected },
    hint: `addresses look like ${expected}; write a percent sign as %25.`,
    ...(cause === undefined ? {} : { cause }),
  });
}
