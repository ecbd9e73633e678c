// A class map as native code takes it.

/** The bytes of the map, in place. */
export function bytesOf(map: Uint8Array | Uint16Array): Uint8Array {
  return new Uint8Array(map.buffer, map.byteOffset, map.byteLength);
}
