// What is often passed where an image belongs, and what to pass instead.

interface NearMiss {
  readonly is: (source: unknown) => boolean;
  readonly hint: string;
}

const has = (source: unknown, ...keys: readonly string[]) =>
  typeof source === "object" && source !== null && keys.every((key) => key in source);

const nearMisses: readonly NearMiss[] = [
  { is: (source) => has(source, "then"), hint: "it is a promise: await it first." },
  {
    is: (source) => has(source, "body", "arrayBuffer", "status"),
    hint: "it is a Response: pass response.body, or await response.arrayBuffer().",
  },
  {
    is: (source) => has(source, "data", "info"),
    hint:
      "it is what sharp gives with resolveWithObject: pass its data alone where that is a file, and for raw pixels " +
      "{ data, width: info.width, height: info.height, channels: info.channels }; or pass the instance of sharp.",
  },
  {
    is: (source) => has(source, "data", "status", "headers"),
    hint: 'it is an HTTP client\'s response: ask for it as bytes (axios: responseType "arraybuffer") and pass response.data.',
  },
  {
    is: (source) => ArrayBuffer.isView(source),
    hint: "encoded pictures are bytes in a Buffer or a Uint8Array; pixels are 8-bit: { data, width, height } with a Uint8Array.",
  },
  {
    is: (source) => has(source, "base64"),
    hint: "the base64 of { base64 } is a text.",
  },
  {
    is: (source) => has(source, Symbol.asyncIterator as never) || has(source, Symbol.iterator as never),
    hint: "a list of images is an array; images that come one by one go to model.stream().",
  },
];

/** How to mend a source that no adapter takes; undefined where there is nothing to say. */
export function nearMissHint(source: unknown): string | undefined {
  return nearMisses.find(({ is }) => is(source))?.hint;
}
