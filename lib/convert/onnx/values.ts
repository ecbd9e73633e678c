// Small numbers that a graph fixes: constants, and the few ways in which exporters put together a size from
// constants and extents of other tensors.

import { attribute, type Graph, intAttribute } from "./graph.js";
import { isStandardDomain, readTensor } from "./model-file.js";
import { elementType, type NodeProto, type TensorProto } from "./schema.js";

/** One number: known, or an extent of a tensor whose size is open. */
export type Value = number | { readonly extentOf: string; readonly axis: number };

/** Why numbers are not known, as the rest of a sentence that begins with "its scales" or the like. */
export interface Unknown {
  readonly unknown: string;
}

// Sizes and scales have a handful of numbers; what is longer is something else and not read.
const mostNumbers = 64;
const deepest = 16;

const outside = { unknown: "lie in an external data file" };
const computed = { unknown: "are computed in the graph" };

/** Says whether the numbers are known. */
export function isKnown(values: readonly Value[] | Unknown): values is readonly Value[] {
  return Array.isArray(values);
}

/** The numbers of a small tensor of any shape, in order. */
export function valuesOf(graph: Graph, name: string, depth = 0): readonly Value[] | Unknown {
  if (depth > deepest) return computed;
  const initializer = graph.initializer(name);
  if (initializer !== undefined) {
    const few = count(initializer.message.dims) <= mostNumbers;
    return few ? tensorValues(readTensor(graph.file, initializer)) : computed;
  }
  const node = graph.producer(name)?.message;
  if (node === undefined || !isStandardDomain(node.domain)) return computed;
  const evaluate = operators[node.opType];
  return evaluate === undefined ? computed : evaluate({ graph, node, depth: depth + 1 });
}

interface Evaluation {
  readonly graph: Graph;
  readonly node: NodeProto;
  readonly depth: number;
}

type Operator = (evaluation: Evaluation) => readonly Value[] | Unknown;

const operators: Readonly<Record<string, Operator>> = {
  Constant: ({ node }) => constantValues(node),
  Identity: firstInput,
  Cast: castValues,
  // These change the shape and keep the order.
  Unsqueeze: firstInput,
  Squeeze: firstInput,
  Reshape: firstInput,
  Concat: concatValues,
  Shape: shapeValues,
  Slice: sliceValues,
  Gather: gatherValues,
};

function input(evaluation: Evaluation, index: number): readonly Value[] | Unknown {
  const name = evaluation.node.input[index] ?? "";
  return name === "" ? computed : valuesOf(evaluation.graph, name, evaluation.depth);
}

function firstInput(evaluation: Evaluation): readonly Value[] | Unknown {
  return input(evaluation, 0);
}

const count = (dims: readonly bigint[]) => dims.reduce((product, dim) => product * Number(dim), 1);

function constantValues(node: NodeProto): readonly Value[] | Unknown {
  const [content] = node.attribute;
  switch (content?.name) {
    case "value":
      return content.t === undefined ? computed : tensorValues(content.t);
    case "value_float":
      return [content.f];
    case "value_floats":
      return content.floats;
    case "value_int":
      return [Number(content.i)];
    case "value_ints":
      return content.ints.map(Number);
    default:
      return computed;
  }
}

function tensorValues(tensor: TensorProto): readonly Value[] | Unknown {
  if (tensor.dataLocation !== 0) return outside;
  const size = count(tensor.dims);
  const numbers = size <= mostNumbers ? (rawValues(tensor, size) ?? listedValues(tensor)) : [];
  return numbers.length === size ? numbers : computed;
}

// raw_data is little-endian, whatever the machine is.
function rawValues({ rawData, dataType }: TensorProto, size: number): number[] | undefined {
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const list = (bytes: number, read: (offset: number) => number) =>
    view.byteLength === size * bytes ? Array.from({ length: size }, (_, i) => read(i * bytes)) : undefined;
  switch (dataType) {
    case elementType.float32:
      return list(4, (offset) => view.getFloat32(offset, true));
    case elementType.float64:
      return list(8, (offset) => view.getFloat64(offset, true));
    case elementType.int32:
      return list(4, (offset) => view.getInt32(offset, true));
    case elementType.int64:
      return list(8, (offset) => Number(view.getBigInt64(offset, true)));
    default:
      return undefined;
  }
}

function listedValues({ dataType, floatData, doubleData, int32Data, int64Data }: TensorProto): number[] {
  switch (dataType) {
    case elementType.float32:
      return floatData;
    case elementType.float64:
      return doubleData;
    case elementType.int32:
      return int32Data;
    case elementType.int64:
      return int64Data.map(Number);
    default:
      return [];
  }
}

// Only casts that keep every whole number of a size, and every float32.
function castValues(evaluation: Evaluation): readonly Value[] | Unknown {
  const values = firstInput(evaluation);
  const to = intAttribute(evaluation.node, "to", 0);
  if (!isKnown(values)) return values;
  if (to === elementType.float64 || to === elementType.int64) {
    const whole = values.every((value) => typeof value !== "number" || Number.isInteger(value));
    return to === elementType.float64 || whole ? values : computed;
  }
  if (to !== elementType.float32) return computed;
  return values.map((value) => (typeof value === "number" ? Math.fround(value) : value));
}

// Lists have one axis, so the axis of Concat can only be that one.
function concatValues(evaluation: Evaluation): readonly Value[] | Unknown {
  const all: Value[] = [];
  for (const index of evaluation.node.input.keys()) {
    const part = input(evaluation, index);
    if (!isKnown(part)) return part;
    all.push(...part);
  }
  return all;
}

// Extents of a batch of images: four of them.
const imageRank = 4;

function shapeValues({ node }: Evaluation): readonly Value[] | Unknown {
  const extentOf = node.input[0] ?? "";
  const extents = Array.from({ length: imageRank }, (_, axis) => ({ extentOf, axis }));
  return extents.slice(intAttribute(node, "start", 0), intAttribute(node, "end", imageRank));
}

// From opset 10 on bounds are inputs, before they are attributes.
function sliceValues(evaluation: Evaluation): readonly Value[] | Unknown {
  const values = firstInput(evaluation);
  if (!isKnown(values)) return values;
  const bound = (name: string, index: number, fallback: number) => {
    const listed = attribute(evaluation.node, name)?.ints.map(Number);
    const given = listed ?? (evaluation.node.input[index] ? input(evaluation, index) : [fallback]);
    return isKnown(given) && given.length === 1 && typeof given[0] === "number" ? given[0] : undefined;
  };
  const start = bound("starts", 1, 0);
  const end = bound("ends", 2, values.length);
  const step = bound("steps", 4, 1);
  if (start === undefined || end === undefined || step !== 1) return computed;
  return values.slice(start, end);
}

function gatherValues(evaluation: Evaluation): readonly Value[] | Unknown {
  const values = firstInput(evaluation);
  const indices = input(evaluation, 1);
  if (!isKnown(values) || !isKnown(indices)) return computed;
  const picked = indices.map((index) => (typeof index === "number" ? values.at(index) : undefined));
  return picked.every((value) => value !== undefined) ? picked : computed;
}
