// A network that does nothing in no time: what is left of a request's time is our own. One Identity node, 64×64.
import fs from "node:fs/promises";
import path from "node:path";
import { writePackage } from "./package-files.mjs";

const SIZE = 64;
const CHANNELS = 3;
const FLOAT = 1;

// Protobuf by hand: two wire types are all that these few fields need.
function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

const number = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);

function bytes(field, content) {
  const body = Buffer.isBuffer(content) ? content : Buffer.from(content, "utf8");
  return Buffer.concat([varint((field << 3) | 2), varint(body.length), body]);
}

const message = (field, parts) => bytes(field, Buffer.concat(parts));

/** ValueInfoProto: name, then type → tensor_type → element type and shape; the batch is free. */
function tensor(field, name) {
  const dims = [bytes(2, "batch"), ...[CHANNELS, SIZE, SIZE].map((size) => number(1, size))];
  const shape = message(
    2,
    dims.map((dim) => message(1, [dim])),
  );
  return message(field, [bytes(1, name), message(2, [message(1, [number(1, FLOAT), shape])])]);
}

/** A ModelProto whose logits are its input. */
export function idleNetwork() {
  const node = message(1, [bytes(1, "images"), bytes(2, "logits"), bytes(4, "Identity")]);
  const graph = message(7, [node, bytes(2, "idle"), tensor(11, "images"), tensor(12, "logits")]);
  const opset = message(8, [bytes(1, ""), number(2, 17)]);
  return Buffer.concat([number(1, 8), graph, opset]);
}

/** Writes a package around it into `target`. */
export async function writeIdleModel(target) {
  await fs.mkdir(target, { recursive: true });
  await fs.writeFile(path.join(target, "weights.onnx"), idleNetwork());
  await writePackage(target, { name: "idle", classes: CHANNELS, inputSize: SIZE });
}
