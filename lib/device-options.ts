// The options of fromPretrained that are about the device: where the network runs, and what it may take of a GPU.

import { booleanOption, byteSizeOption, choiceOption, invalidOption } from "./checks.js";

/** Bytes as a number, or a text like `"512MiB"` or `"2GiB"`. */
export type ByteSize = number | `${number}${"KiB" | "MiB" | "GiB" | "TiB"}`;

/** How pictures and results travel between the host's memory and a GPU's. */
export type MemoryMode = "auto" | "copied" | "mapped" | "managed";

/** The options of `AutoModel.fromPretrained` that are about the device. */
export interface DeviceOptions {
  /**
   * `"cpu"`, the GPU `"cuda:N"` as the driver counts them, or `"cuda:*"`: all GPUs of the kind of the first, which
   * share the work. `"auto"` takes the best that the package's weights can run on here.
   * @default "auto"
   */
  readonly device?: "auto" | "cpu" | `cuda:${number}` | "cuda:*" | undefined;
  /**
   * Most memory that the model may take of each GPU. An engine counts with the size of its plan, about what TensorRT
   * takes for it. Beyond the limit loading and calls are `DEVICE_OUT_OF_MEMORY`; there is none where it is left out.
   */
  readonly deviceMemoryLimit?: ByteSize | undefined;
  /**
   * Most host memory that is pinned for a GPU, for all models on it together: what the last one said holds. Transfers
   * need no copy then, but the system has less left to share out. Results beyond it lie in ordinary memory, at the
   * price of one copy; 0 pins none.
   * @default "256MiB"
   */
  readonly pinnedMemoryLimit?: ByteSize | undefined;
  /**
   * `"copied"`: pictures go to the GPU's memory and maps come back. `"mapped"`: the GPU reads and writes the host's.
   * `"managed"`: one memory that the driver moves. `"auto"` copies, but on a GPU that shares the host's memory
   * (Jetson) takes what suits that.
   * @default "auto"
   */
  readonly memoryMode?: MemoryMode | undefined;
  /**
   * Record what a request does on the GPU once for each shape, and launch it whole from then on: less work for the
   * host, more memory. The eight shapes used last are kept. For TensorRT engines; `timings.network` is then the time
   * of all that is done on the GPU.
   * @default false
   */
  readonly cudaGraphs?: boolean | undefined;
}

/** {@link DeviceOptions}, complete and checked. */
export interface DeviceSettings {
  readonly name: string;
  /** Bytes; 0: no bound. */
  readonly memoryLimit: number;
  readonly pinnedMemoryLimit: number;
  readonly memoryMode: MemoryMode;
  readonly cudaGraphs: boolean;
}

/** The names of the options. */
export const deviceKeys = ["device", "deviceMemoryLimit", "pinnedMemoryLimit", "memoryMode", "cudaGraphs"];

const memoryModes: readonly MemoryMode[] = ["auto", "copied", "mapped", "managed"];
const defaultPinned = 256 * 2 ** 20;

/**
 * Checks and completes them.
 * @throws DeepLabError OPTION_INVALID
 */
export function parseDeviceOptions(given: Readonly<Record<string, unknown>>): DeviceSettings {
  return {
    name: parseDevice(given.device),
    memoryLimit: byteSizeOption(given.deviceMemoryLimit, "deviceMemoryLimit", 1, 0),
    pinnedMemoryLimit: byteSizeOption(given.pinnedMemoryLimit, "pinnedMemoryLimit", 0, defaultPinned),
    memoryMode: choiceOption(given.memoryMode, "memoryMode", memoryModes, "auto"),
    cudaGraphs: booleanOption(given.cudaGraphs, "cudaGraphs", false),
  };
}

function parseDevice(value: unknown): string {
  if (value === undefined) return "auto";
  if (typeof value === "string" && /^(auto|cpu|cuda:(\d{1,3}|\*))$/.test(value)) return value;
  const more = value === "cuda" || value === "gpu" ? ' Did you mean "cuda:0"?' : "";
  return invalidOption("device", '"auto", "cpu", "cuda:N" or "cuda:*"', value, more);
}
