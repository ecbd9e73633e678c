// How tests speak with an answering process: messages are JSON, typed arrays go beside it as bytes, so that two versions
// of Node.js understand each other. A frame: length of the JSON, length of the bytes (u32 little-endian each), JSON, bytes.

const constructors = {
  Uint8Array,
  Uint16Array,
  Int32Array,
  Float32Array,
  Float64Array,
};
const headerLength = 8;
// Every array begins where any element type may begin.
const alignment = 8;

/** One message as a frame. */
export function encodeFrame(message) {
  const parts = [];
  let offset = 0;
  const text = JSON.stringify(message, (_, value) => {
    if (!ArrayBuffer.isView(value)) return value;
    const type = value.constructor.name;
    if (!(type in constructors)) throw new Error(`no frame can hold a ${type}`);
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const place = { $array: type, offset, length: value.length };
    const padding = Buffer.alloc(-bytes.length & (alignment - 1));
    parts.push(bytes, padding);
    offset += bytes.length + padding.length;
    return place;
  });
  const json = Buffer.from(text);
  const header = Buffer.alloc(headerLength);
  header.writeUInt32LE(json.length, 0);
  header.writeUInt32LE(offset, 4);
  return Buffer.concat([header, json, ...parts]);
}

function decode(json, bytes) {
  const memory = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  return JSON.parse(json.toString("utf8"), (_, value) => {
    const type = value?.$array;
    return type === undefined ? value : new constructors[type](memory, value.offset, value.length);
  });
}

/** Calls `onMessage` for every frame that arrives on a stream. */
export function readFrames(stream, onMessage) {
  let waiting = [];
  let size = 0;
  const take = (length) => {
    const all = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting);
    size -= length;
    waiting = size === 0 ? [] : [all.subarray(length)];
    return all.subarray(0, length);
  };
  let lengths;
  stream.on("data", (chunk) => {
    waiting.push(chunk);
    size += chunk.length;
    for (;;) {
      if (lengths === undefined) {
        if (size < headerLength) return;
        const header = take(headerLength);
        lengths = [header.readUInt32LE(0), header.readUInt32LE(4)];
      }
      const [jsonLength, byteLength] = lengths;
      if (size < jsonLength + byteLength) return;
      const body = take(jsonLength + byteLength);
      lengths = undefined;
      onMessage(decode(body.subarray(0, jsonLength), body.subarray(jsonLength)));
    }
  });
}
