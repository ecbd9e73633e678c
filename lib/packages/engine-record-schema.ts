// The form of deeplab_rt.json, as types and as the schema that holds a file against them.

import { z } from "zod";
import type { Interpolation } from "../convert/head-cut/interpolation.js";
import type { EngineBatch } from "./trt-config.js";

/** The interpolation that was cut off the network before the engine was built: post-processing does it. */
export interface EngineHead {
  /** Name of the output as the ONNX file has it. */
  readonly output: string;
  readonly interpolation: Interpolation;
}

/** What an engine was built from, by what, and where. */
export interface EngineBuild {
  /** Version of TensorRT: `"10.3.0.26"`. */
  readonly tensorrt: string;
  /** Name of the GPU. */
  readonly gpu: string;
  /** `"8.7"`. */
  readonly computeCapability: string;
  /** Version of CUDA that the driver brings: `"12.6"`. */
  readonly driver: string;
  /** `"fp32"`, `"fp16"`, `"bf16"` or `"int8"`. */
  readonly precision: string;
  /** One entry an optimisation profile. */
  readonly profiles: readonly EngineBatch[];
  /** Of weights.onnx and its external data, in hexadecimal digits. */
  readonly modelSha256: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What is known of an engine, without its signature. */
export interface EngineFacts {
  /** Null: the engine was built from the whole network. */
  readonly head: EngineHead | null;
  readonly built: EngineBuild;
  /** What the accuracy gate measured; null where it did not run. Plain JSON. */
  readonly accuracy: Readonly<Record<string, unknown>> | null;
}

/** The content of deeplab_rt.json. */
export interface EngineRecord extends EngineFacts {
  /** Counts changes of the record's form. */
  readonly format: 1;
  /** HMAC-SHA256 in hexadecimal digits. */
  readonly signature: string;
}

const hex = (digits: number) =>
  z.string({ error: `${digits} hexadecimal digits` }).regex(new RegExp(`^[0-9a-f]{${digits}}$`), {
    error: `${digits} hexadecimal digits`,
  });
const text = z.string({ error: "a string" });
const positive = z.int({ error: "a whole number from 1" }).min(1, { error: "a whole number from 1" });
const object = { error: "an object {…}" };

// As the border takes them: a scale or a size, the other one is 0.
const axis = z
  .object({ scale: z.number({ error: "a number" }), size: z.int({ error: "a whole number" }) }, object)
  .refine(({ scale, size }) => scale >= 0 && size >= 0 && size < 2 ** 24 && scale > 0 !== size > 0, {
    error: "a scale or a size above 0, and 0 for the other",
  });

const head = z.object(
  {
    output: text,
    interpolation: z.object(
      {
        coordinateMode: z.enum(["align_corners", "half_pixel", "pytorch_half_pixel", "asymmetric"], {
          error: "a coordinate transformation mode of ONNX",
        }),
        rows: axis,
        columns: axis,
      },
      object,
    ),
  },
  object,
);

const profile = z.object({ min: positive, opt: positive, max: positive }, object);

const built = z.object(
  {
    tensorrt: text,
    gpu: text,
    computeCapability: text,
    driver: text,
    precision: text,
    profiles: z.array(profile, { error: "a list of profiles" }),
    modelSha256: hex(64),
    at: text,
  },
  object,
);

/** The schema of the file. Unknown keys may be anything: the signature covers them. */
export const engineRecordSchema = z.object(
  {
    format: z.literal(1, { error: "1 (written by another version of deeplab-rt)" }),
    head: head.nullable(),
    built,
    accuracy: z.record(z.string(), z.unknown(), { error: "an object {…} or null" }).nullable(),
    signature: hex(64),
  },
  object,
);
