// "How to fix", one per error code; a thrower that knows better passes its own. An empty text means
// that the message itself already says all there is.

import type { ErrorCode } from "./errors.js";

const hints: Readonly<Record<ErrorCode, string>> = {
  PACKAGE_NOT_FOUND:
    "pass the folder that holds weights.onnx or engine.plan, class_names.txt and inference_config.json.",
  PACKAGE_MISSING_FILE: "export the model again, or copy the missing file into the package folder.",
  PACKAGE_UNREADABLE: "check the file's permissions and that the disk is readable.",
  PACKAGE_INVALID: "correct the file by hand, or export the model again.",
  PACKAGE_EXTERNAL_DATA:
    "put the weights' data files beside weights.onnx and save the model with paths relative to it.",
  PACKAGE_WEIGHTS_INVALID:
    "export the network again; it needs one image input [N,3,H,W] and one output [N,K,h,w].",
  PACKAGE_CLASS_MISMATCH:
    "make class_names.txt fit the network's channels, or load with { allowClassMismatch: true } to accept it as the reference does.",
  PACKAGE_INPUT_MISMATCH:
    "make network_input.training_input_size in inference_config.json equal to the size the network was exported with.",
  IMAGE_NOT_FOUND: "check the path; relative paths start at the current working directory.",
  IMAGE_UNREADABLE: "check the file's permissions and that it is an ordinary file.",
  IMAGE_EMPTY: "pass at least one pixel or one byte; the upload or the download may have been cut off.",
  IMAGE_UNSUPPORTED: "convert the picture to JPEG, PNG, WebP, AVIF, TIFF or GIF, or pass raw pixels.",
  IMAGE_CORRUPT: "fetch or export the picture again: its data ends early or is damaged.",
  IMAGE_TOO_LARGE: "scale the picture down or cut it into tiles first.",
  IMAGE_INVALID: "pass { data, width, height } with width · height · channels bytes, or an encoded picture.",
  IMAGE_TOO_THIN: "crop the picture to a less extreme aspect ratio.",
  IMAGE_EMPTY_CROP: "use a larger picture, or pass { disableStaticCrop: true }.",
  IMAGE_SIZES_DIFFER:
    "this network runs at the pictures' own size: pass pictures of one size in a list, or one by one.",
  IMAGE_DECODER_UNAVAILABLE: 'reinstall with "npm install --include=optional sharp", or pass raw pixels.',
  NETWORK_NOT_ALLOWED:
    "load the model with { allowUrls: [host] } (or true for every public host), or fetch the picture yourself and pass its bytes.",
  NETWORK_FORBIDDEN_ADDRESS:
    "pictures come from public addresses only; fetch this one yourself, where you trust the address, and pass its bytes.",
  NETWORK_TIMEOUT: "try again, or fetch the picture yourself with more time and pass its bytes.",
  NETWORK_TOO_LARGE: "fetch the picture yourself and pass its bytes.",
  NETWORK_FAILED: "check the address, and that this machine reaches it without a proxy.",
  OPTION_UNKNOWN: "",
  OPTION_INVALID: "",
  BACKEND_UNAVAILABLE:
    'install the inference library with "npm install onnxruntime-node", or name one by the option runtime.onnxruntime or the environment variable DEEPLAB_RT_ONNXRUNTIME.',
  BACKEND_ADDON_UNAVAILABLE: "",
  BACKEND_FAILED:
    "the message is the inference library's own; the model or this picture's size may not suit it.",
  ENGINE_INVALID: "compile the package anew: deeplab-rt compile <package>.",
  ENGINE_VERSION_MISMATCH:
    "compile the package anew with the TensorRT of this machine: deeplab-rt compile <package>.",
  ENGINE_DEVICE_MISMATCH:
    "compile the package on this machine: an engine fits the kind of GPU it was built on.",
  ENGINE_UNTRUSTED:
    "an engine is code: where you know who built this one, pass { trustEngine: true }; else compile the package here.",
  ENGINE_BUILD_FAILED:
    "the message is TensorRT's own; a smaller maximum batch or workspace needs less of the GPU.",
  ENGINE_INACCURATE: "leave out --fp16 and --bf16, or accept what was measured with a lower --min-agreement.",
  DEVICE_UNAVAILABLE:
    'use a GPU that is there, { device: "auto" }, or, for weights.onnx, { backend: "onnx", device: "cpu" }.',
  DEVICE_FAILED:
    "the message is the GPU driver's own; the driver may be too old for this GPU, or another program may hold it.",
  DEVICE_LOST:
    "end this process and start it again: the driver gives a lost GPU back only to a new one. If it happens again, look for Xid messages in the system's log.",
  DEVICE_OUT_OF_MEMORY:
    "use smaller batches (maxBatch) or fewer at a time (maxInFlight), or close other models and programs on this GPU.",
  NON_FINITE_LOGITS: "check scaling_factor and normalization of the package, or leave strict off.",
  EMPTY_BATCH: "pass at least one image.",
  OUT_OF_MEMORY: "use smaller pictures or shorter lists, or close models that are not needed.",
  ABORTED: "",
  QUEUE_FULL: 'send pictures more slowly, raise maxQueue, or pass { onFull: "wait" } to fromPretrained().',
  DEADLINE_EXCEEDED: "the machine is busier than the deadline allows: raise it, or send fewer pictures.",
  RESULT_DISPOSED:
    "call dispose() when nobody needs the maps any more, or give them away before by toTransferable().",
  CLOSED: "load the model again with AutoModel.fromPretrained().",
  INTERNAL: "this is a bug: please report it with the message and the package's inference_config.json.",
};

/** The text after "How to fix: "; empty where there is none. */
export function hintFor(code: ErrorCode): string {
  return hints[code];
}
