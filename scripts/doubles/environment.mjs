// The environment that has the product open the doubles, by its own path settings and no other way.
import fs from "node:fs";
import path from "node:path";
import { BUILD, inRoot } from "../setup/paths.mjs";
import { SetupError } from "../setup/setup-error.mjs";

/** Set wherever doubles are used: every report made then has to say so. */
export const DOUBLES_VARIABLE = "DEEPLAB_RT_DOUBLES";

/** Whether this process runs on the doubles. */
export const onDoubles = (env = process.env) => Boolean(env[DOUBLES_VARIABLE]);

/** The ONNX Runtime that computes what a double's GPU would: that which the product uses here. */
function onnxruntime(env) {
  if (env.DEEPLAB_RT_ONNXRUNTIME) return path.resolve(env.DEEPLAB_RT_ONNXRUNTIME);
  const bin = inRoot("node_modules/onnxruntime-node/bin/napi-v6");
  const file = path.join(bin, process.platform, process.arch, "libonnxruntime.so.1");
  if (fs.existsSync(file)) return file;
  throw new SetupError(`The doubles compute by ONNX Runtime, and there is no ${file}.\nUse: npm ci`);
}

/**
 * Variables to add to `env` for `libraries` (buildDoubles). Settings of the doubles that are there already stay.
 * @param {object} [options] `ort`: ONNX Runtime is the proxy that offers providers for GPUs, too
 * @returns {Record<string, string>}
 */
export function doublesEnvironment(libraries, env = process.env, { ort = false } = {}) {
  const real = onnxruntime(env);
  const proxy = {
    DEEPLAB_RT_ONNXRUNTIME: libraries.onnxruntime,
    DEEPLAB_DOUBLE_ORT_REAL: env.DEEPLAB_DOUBLE_ORT_REAL || real,
  };
  return {
    ...(ort ? proxy : {}),
    [DOUBLES_VARIABLE]: "1",
    // What a double's engine is for must never be found by the real thing.
    INFERENCE_HOME: env.INFERENCE_HOME || path.join(BUILD, "doubles-home"),
    DEEPLAB_RT_CUDA: libraries.cuda,
    DEEPLAB_DOUBLE_LEAKS: libraries.leaks,
    DEEPLAB_RT_TENSORRT: libraries.tensorrt,
    DEEPLAB_DOUBLE_CUDA_DEVICES: env.DEEPLAB_DOUBLE_CUDA_DEVICES || "T4",
    DEEPLAB_DOUBLE_TRT_ONNXRUNTIME: env.DEEPLAB_DOUBLE_TRT_ONNXRUNTIME || real,
  };
}
