// The part of ONNX's protobuf schema that this package reads and writes. Message names and field numbers are
// the format's; fields that are not named here are kept as they are by @bufbuild/protobuf.

import { create, createFileRegistry, type DescMessage, type Message } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";

/** A tensor with its values. Which of the value fields is filled depends on the element type and the writer. */
export type TensorProto = Message<"onnx.TensorProto"> & {
  dims: bigint[];
  dataType: number;
  floatData: number[];
  int32Data: number[];
  int64Data: bigint[];
  name: string;
  rawData: Uint8Array;
  doubleData: number[];
  /** 1: the values lie in another file. */
  dataLocation: number;
};

/** A tensor without its values. */
export type TensorHeader = Message<"onnx.TensorHeader"> & {
  dims: bigint[];
  dataType: number;
  name: string;
};

export type AttributeProto = Message<"onnx.AttributeProto"> & {
  name: string;
  f: number;
  i: bigint;
  s: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  floats: number[];
  ints: bigint[];
  graphs: GraphProto[];
};

export type NodeProto = Message<"onnx.NodeProto"> & {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: AttributeProto[];
  domain: string;
};

/** Inside attributes (If, Loop, Scan). The outermost graph is read piece by piece: see model-file.ts. */
export type GraphProto = Message<"onnx.GraphProto"> & { node: NodeProto[]; output: ValueInfoProto[] };

export type Dimension = Message<"onnx.Dimension"> & {
  value:
    | { case: "dimValue"; value: bigint }
    | { case: "dimParam"; value: string }
    | { case: undefined; value?: undefined };
};

export type TensorShapeProto = Message<"onnx.TensorShapeProto"> & { dim: Dimension[] };
export type TensorType = Message<"onnx.TensorType"> & { elemType: number; shape?: TensorShapeProto };
export type TypeProto = Message<"onnx.TypeProto"> & { tensorType?: TensorType };
export type ValueInfoProto = Message<"onnx.ValueInfoProto"> & { name: string; type?: TypeProto };
export type OperatorSetIdProto = Message<"onnx.OperatorSetIdProto"> & { domain: string; version: bigint };
export type FunctionProto = Message<"onnx.FunctionProto"> & { name: string; domain: string };

type Kind = "string" | "bytes" | "int64" | "int32" | "float" | "double" | MessageName;
type Field = readonly [name: string, number: number, kind: Kind, how?: "list" | "oneof"];

// Names ending in "Proto" are ONNX's own; the others are its nested messages, or (TensorHeader) a view of one.
const messages = {
  TensorProto: [
    ["dims", 1, "int64", "list"],
    ["data_type", 2, "int32"],
    ["float_data", 4, "float", "list"],
    ["int32_data", 5, "int32", "list"],
    ["int64_data", 7, "int64", "list"],
    ["name", 8, "string"],
    ["raw_data", 9, "bytes"],
    ["double_data", 10, "double", "list"],
    ["data_location", 14, "int32"],
  ],
  TensorHeader: [
    ["dims", 1, "int64", "list"],
    ["data_type", 2, "int32"],
    ["name", 8, "string"],
  ],
  AttributeProto: [
    ["name", 1, "string"],
    ["f", 2, "float"],
    ["i", 3, "int64"],
    ["s", 4, "bytes"],
    ["t", 5, "TensorProto"],
    ["g", 6, "GraphProto"],
    ["floats", 7, "float", "list"],
    ["ints", 8, "int64", "list"],
    ["graphs", 11, "GraphProto", "list"],
  ],
  NodeProto: [
    ["input", 1, "string", "list"],
    ["output", 2, "string", "list"],
    ["name", 3, "string"],
    ["op_type", 4, "string"],
    ["attribute", 5, "AttributeProto", "list"],
    ["domain", 7, "string"],
  ],
  GraphProto: [
    ["node", 1, "NodeProto", "list"],
    ["output", 12, "ValueInfoProto", "list"],
  ],
  Dimension: [
    ["dim_value", 1, "int64", "oneof"],
    ["dim_param", 2, "string", "oneof"],
  ],
  TensorShapeProto: [["dim", 1, "Dimension", "list"]],
  TensorType: [
    ["elem_type", 1, "int32"],
    ["shape", 2, "TensorShapeProto"],
  ],
  TypeProto: [["tensor_type", 1, "TensorType"]],
  ValueInfoProto: [
    ["name", 1, "string"],
    ["type", 2, "TypeProto"],
  ],
  OperatorSetIdProto: [
    ["domain", 1, "string"],
    ["version", 2, "int64"],
  ],
  FunctionProto: [
    ["name", 1, "string"],
    ["domain", 10, "string"],
  ],
} as const satisfies Record<string, readonly (readonly [string, number, string, ("list" | "oneof")?])[]>;

type MessageName = keyof typeof messages;

const scalars: Readonly<Record<string, Type>> = {
  string: Type.STRING,
  bytes: Type.BYTES,
  int64: Type.INT64,
  int32: Type.INT32,
  float: Type.FLOAT,
  double: Type.DOUBLE,
};

function describeField([name, number, kind, how]: Field) {
  const scalar = scalars[kind];
  return {
    name,
    number,
    label: how === "list" ? Label.REPEATED : Label.OPTIONAL,
    ...(scalar === undefined ? { type: Type.MESSAGE, typeName: `.onnx.${kind}` } : { type: scalar }),
    ...(how === "oneof" ? { oneofIndex: 0 } : {}),
  };
}

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "onnx.proto",
    package: "onnx",
    syntax: "proto3", // absent numbers and texts read as 0 and ""
    messageType: Object.entries(messages).map(([name, fields]) => ({
      name,
      field: fields.map((field) => describeField(field as Field)),
      oneofDecl: fields.some((field) => (field as Field)[3] === "oneof") ? [{ name: "value" }] : [],
    })),
  }),
  () => undefined,
);

function schema<T extends Message>(name: MessageName): GenMessage<T> {
  return registry.getMessage(`onnx.${name}`) as DescMessage as GenMessage<T>;
}

export const tensorSchema = schema<TensorProto>("TensorProto");
export const tensorHeaderSchema = schema<TensorHeader>("TensorHeader");
export const nodeSchema = schema<NodeProto>("NodeProto");
export const valueInfoSchema = schema<ValueInfoProto>("ValueInfoProto");
export const operatorSetSchema = schema<OperatorSetIdProto>("OperatorSetIdProto");
export const functionSchema = schema<FunctionProto>("FunctionProto");

/** ONNX's numbers of element types. */
export const elementType = {
  float32: 1,
  int32: 6,
  int64: 7,
  float16: 10,
  float64: 11,
} as const;
