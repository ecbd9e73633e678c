// Pictures in data: addresses (RFC 2397): `data:image/png;base64,…`. What the media type says is not asked: the bytes
// themselves tell their format.

import { DeepLabError } from "../errors.js";
import { decodeBase64 } from "./base64.js";
import { ByteCollector, encodedByteLimit } from "./byte-collector.js";
import { textPieces } from "./text-pieces.js";

/**
 * The bytes of a data: address.
 * @param limit Most bytes.
 * @throws DeepLabError IMAGE_INVALID, IMAGE_TOO_LARGE; the reason of `stop`
 */
export async function readDataUrl(
  address: string,
  stop: AbortSignal,
  limit = encodedByteLimit,
): Promise<Uint8Array> {
  const comma = address.indexOf(",");
  if (comma < 0) throw invalid(address, "it has no comma");
  const fragment = address.indexOf("#", comma);
  const body = address.slice(comma + 1, fragment < 0 ? undefined : fragment);
  const pieces = textPieces(body, stop);
  if (/;\s*base64\s*$/i.test(address.slice(0, comma))) {
    return decodeBase64(body.includes("%") ? plainText(pieces, address) : pieces, body.length, limit);
  }
  const collector = new ByteCollector(limit);
  for await (const part of percentDecode(pieces, address)) collector.add(part);
  return collector.bytes();
}

/**
 * The bytes of `{ base64 }`, whose text may also be a whole data: address.
 * @param limit Most bytes.
 * @throws DeepLabError IMAGE_INVALID, IMAGE_TOO_LARGE; the reason of `stop`
 */
export function readBase64(text: string, stop: AbortSignal, limit = encodedByteLimit): Promise<Uint8Array> {
  if (/^\s*data:/i.test(text.slice(0, 40))) return readDataUrl(text, stop, limit);
  return decodeBase64(textPieces(text, stop), text.length, limit);
}

async function* plainText(pieces: AsyncIterable<string>, address: string): AsyncGenerator<string> {
  for await (const part of percentDecode(pieces, address)) yield part.toString("latin1");
}

async function* percentDecode(pieces: AsyncIterable<string>, address: string): AsyncGenerator<Buffer> {
  let waiting = "";
  for await (const piece of pieces) {
    const text = waiting + piece;
    // An escape may go on in the next piece.
    const cut = text.indexOf("%", Math.max(0, text.length - 2));
    waiting = cut < 0 ? "" : text.slice(cut);
    yield unescaped(cut < 0 ? text : text.slice(0, cut), address);
  }
  yield unescaped(waiting, address);
}

const percent = 0x25;

// By the code of each character: a pattern with a function for each escape takes many times as long.
function unescaped(text: string, address: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== percent) {
      bytes[length++] = code;
      continue;
    }
    const byte = hexDigit(text.charCodeAt(++at)) * 16 + hexDigit(text.charCodeAt(++at));
    if (Number.isNaN(byte)) throw invalid(address, 'it has a "%" without two hexadecimal digits');
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const small = code | 32;
  return small >= 97 && small <= 102 ? small - 87 : Number.NaN;
}

// The address is the picture itself and is not repeated.
function invalid(address: string, why: string): DeepLabError {
  return new DeepLabError(
    "IMAGE_INVALID",
    `Expected a data: address with a picture but in the one of ${address.length} characters ${why}.`,
    { detail: { length: address.length }, hint: 'write it as "data:image/png;base64,…", or pass the bytes.' },
  );
}
