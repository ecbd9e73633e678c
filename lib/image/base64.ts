// Base64 text where a path belongs: a slip that would otherwise end as a path too long to print.

import { sniffFormat } from "./sniff.js";

const leastLength = 64;
/** No path is this long on any system that Node runs on. */
const longerThanPaths = 4096;

/** Whether a text that names no file is an encoded picture in base64. */
export function isBase64Picture(text: string): boolean {
  if (text.length < leastLength || !/^[\w+/-]+[\w+/=\s-]*$/.test(text)) return false;
  return text.length > longerThanPaths || sniffFormat(Buffer.from(text.slice(0, 64), "base64")) !== undefined;
}
