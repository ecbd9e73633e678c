// Pictures in base64 text: decoded a piece at a time, for a large one would hold up the event loop.

import { DeepLabError } from "../errors.js";
import { ByteCollector, encodedByteLimit } from "./byte-collector.js";
import { sniffFormat } from "./sniff.js";

/** An encoded picture as base64 text (standard or URL-safe alphabet), with or without `data:image/…;base64,` before it. */
export interface Base64Image {
  /** White space in it is skipped, and the padding at its end may be missing. */
  readonly base64: string;
}

const leastLength = 64;
/** No path is this long on any system that Node runs on. */
const longerThanPaths = 4096;

/** Whether a text that names no file is an encoded picture in base64: a slip that would else end as a path too long to print. */
export function isBase64Picture(text: string): boolean {
  if (text.length < leastLength || !/^[\w+/-][\w+/=\s-]*$/.test(text)) return false;
  return text.length > longerThanPaths || sniffFormat(Buffer.from(text.slice(0, 64), "base64")) !== undefined;
}

/**
 * The bytes of a text in base64. White space is skipped and the padding may be missing.
 * @param pieces The text, in pieces.
 * @param textLength Characters, for the message.
 * @param limit Most bytes.
 * @throws DeepLabError IMAGE_INVALID, IMAGE_TOO_LARGE; what `pieces` throws
 */
export async function decodeBase64(
  pieces: AsyncIterable<string>,
  textLength: number,
  limit = encodedByteLimit,
): Promise<Uint8Array> {
  const collector = new ByteCollector(limit);
  let waiting = "";
  for await (const piece of pieces) {
    waiting += piece.replace(/\s+/g, "");
    // Four characters are three bytes; the last ones may be the end, where padding is allowed.
    const ready = waiting.slice(0, Math.max(0, waiting.length - 1 - ((waiting.length - 1) % 4)));
    waiting = waiting.slice(ready.length);
    checkBase64(ready, false, textLength);
    collector.add(Buffer.from(ready, "base64"));
  }
  checkBase64(waiting, true, textLength);
  collector.add(Buffer.from(waiting, "base64"));
  return collector.bytes();
}

// Node itself would skip what it does not know.
function checkBase64(piece: string, isEnd: boolean, textLength: number): void {
  const isGood = isEnd ? /^[\w+/-]*={0,2}$/ : /^[\w+/-]*$/;
  if (isGood.test(piece) && piece.replace(/=+$/, "").length % 4 !== 1) return;
  throw new DeepLabError(
    "IMAGE_INVALID",
    `Expected a picture in base64 but the ${textLength} characters are no base64, or were cut off.`,
    { detail: { length: textLength }, hint: 'make the text with buffer.toString("base64").' },
  );
}
