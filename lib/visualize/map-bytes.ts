// Arrays as native code takes them.

import { type CheckedMaps, thatIsThere } from "./maps.js";

/** The bytes of the array, in place. */
export function bytesOf(map: ArrayBufferView): Uint8Array {
  return new Uint8Array(map.buffer, map.byteOffset, map.byteLength);
}

/**
 * The class map as native code takes it.
 * @throws DeepLabError OPTION_INVALID where its memory went since it was checked
 */
export function mapOf(maps: CheckedMaps) {
  const { segmentationMap, width, height } = thatIsThere(maps);
  return {
    map: bytesOf(segmentationMap),
    idBytes: segmentationMap.BYTES_PER_ELEMENT,
    width,
    height,
  };
}
