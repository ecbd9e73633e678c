// What a JPEG says of itself before its pixels: size, colours, coding; and whether there can be that many pixels in it.

import { corrupt, type PictureSize, unsupportedKind } from "./decode-errors.js";

/** The frame header of a JPEG. */
export interface JpegHeader extends PictureSize {
  /** 1 grey, 3 colours, 4 inks. */
  readonly components: number;
  /** Whether the file has too few bytes for so many pixels, whatever they are. */
  readonly isTooShort: boolean;
}

// More segments than any program writes: each costs a step here, on the event loop.
const mostSegments = 65_536;

// A progressive JPEG goes over all of its pixels once a scan, and an empty scan takes a few bytes: a small file can
// keep a decoder busy for minutes. Programs write about ten.
const mostScans = 100;

const startOfScan = 0xda;
const endOfImage = 0xd9;

/**
 * Reads up to the frame header.
 * @throws DeepLabError IMAGE_CORRUPT, IMAGE_UNSUPPORTED
 */
export function readJpegHeader(file: Buffer): JpegHeader {
  let at = 2;
  for (let segments = 0; segments < mostSegments; segments++) {
    const marker = nextMarker(file, at);
    if (marker === undefined || marker.code === startOfScan || marker.code === endOfImage) break;
    at = marker.at + 2;
    if (isAlone(marker.code)) continue;
    if (at + 2 > file.length) break;
    const length = file.readUInt16BE(at);
    if (isFrame(marker.code)) return readFrame(file, at, marker.code);
    at += Math.max(length, 2);
  }
  throw corrupt("JPEG", "its header ends without a size");
}

// Like every reader, passes over bytes that do not belong there.
function nextMarker(file: Buffer, from: number): { readonly code: number; readonly at: number } | undefined {
  let at = file.indexOf(0xff, from);
  while (at >= 0 && at + 1 < file.length) {
    const code = file[at + 1] ?? 0;
    if (code !== 0 && code !== 0xff) return { code, at };
    at = file.indexOf(0xff, at + 1);
  }
  return undefined;
}

const isAlone = (code: number) => code === 0x01 || (code >= 0xd0 && code <= 0xd8);
const isFrame = (code: number) => code >= 0xc0 && code <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(code);

function readFrame(file: Buffer, at: number, code: number): JpegHeader {
  if (at + 8 > file.length) throw corrupt("JPEG", "its header ends without a size");
  const precision = file[at + 2] ?? 0;
  const [height, width] = [file.readUInt16BE(at + 3), file.readUInt16BE(at + 5)];
  const components = file[at + 7] ?? 0;
  // Baseline, extended and progressive, with either entropy coder.
  if (![0xc0, 0xc1, 0xc2, 0xc9, 0xca].includes(code)) {
    throw unsupportedKind("JPEG", "lossless or hierarchical coding");
  }
  if (precision !== 8) throw unsupportedKind("JPEG", `${precision}-bit samples`);
  const isProgressive = code === 0xc2 || code === 0xca;
  if (isProgressive && hasTooManyScans(file, at)) {
    throw unsupportedKind("JPEG", `more than ${mostScans} passes over its pixels`);
  }
  // Fewest bits that a block of 8×8 samples takes; arithmetic coding has no such bound.
  const isHuffman = code <= 0xc2;
  const samplings = file.subarray(at + 8, at + 8 + components * 3);
  const bits = isHuffman ? leastBlocks({ width, height }, samplings) : 0;
  return { width, height, components, isTooShort: bits > (file.length - at) * 8 };
}

// Within scans 0xff is followed by 0 or a restart marker, so this finds nothing but their beginnings.
function hasTooManyScans(file: Buffer, from: number): boolean {
  const start = Buffer.of(0xff, startOfScan);
  let at = from;
  for (let scans = 0; scans <= mostScans; scans++) {
    at = file.indexOf(start, at) + 2;
    if (at < 2) return false;
  }
  return true;
}

// Blocks of all components; each takes a bit of the first scan at the very least.
function leastBlocks({ width, height }: PictureSize, samplings: Uint8Array): number {
  const factors: { readonly across: number; readonly down: number }[] = [];
  for (let at = 1; at < samplings.length; at += 3) {
    const byte = samplings[at] ?? 0;
    factors.push({ across: byte >> 4 || 1, down: byte & 15 || 1 });
  }
  const across = Math.max(...factors.map((one) => one.across), 1);
  const down = Math.max(...factors.map((one) => one.down), 1);
  return factors.reduce((sum, one) => {
    const columns = Math.ceil((width * one.across) / across / 8);
    return sum + columns * Math.ceil((height * one.down) / down / 8);
  }, 0);
}
