// GPUs whose floors docs/gpu-performance.md derives, as NVIDIA's documents describe them. Decimal units: 1 GB is 1e9
// bytes, as memory and links are sold.

/** What sixteen lanes carry one way, GB/s: 8, 16 or 32 GT/s a lane, 128 of 130 bits of which are data. */
const PCIE_X16 = { 3: 15.75, 4: 31.51, 5: 63.02 };

const MIB = 2 ** 20;

/**
 * @typedef {object} Gpu
 * @property {string} name in tables
 * @property {RegExp} matches board and what the driver calls it: `"board name (N GiB)"`
 * @property {number} memory bandwidth of its memory, GB/s
 * @property {number | null} pcie generation of its link, sixteen lanes; null: its memory is the host's
 * @property {number | null} cache its L2, bytes; null: not stated
 * @property {string} source where memory and link are from
 */

/** @type {Gpu[]} */
export const GPUS = [
  {
    name: "T4",
    matches: /\bT4 /,
    memory: 320,
    pcie: 3,
    cache: 4 * MIB,
    source: "NVIDIA T4 Tensor Core GPU product brief: 256 bits at 5001 MHz, 320 GB/s; PCIe Gen3 x16",
  },
  {
    name: "L4",
    matches: /\bL4 /,
    memory: 300,
    pcie: 4,
    cache: 48 * MIB,
    source: "NVIDIA L4 Tensor Core GPU datasheet: 300 GB/s; PCIe Gen4 x16, 64 GB/s both ways together",
  },
  {
    name: "H100 SXM",
    matches: /\bH100 .*HBM3/,
    memory: 3350,
    pcie: 5,
    cache: 50 * MIB,
    source: "NVIDIA H100 Tensor Core GPU datasheet, SXM: 3.35 TB/s; PCIe Gen5, 128 GB/s both ways together",
  },
  {
    name: "AGX Orin 64GB",
    matches: /AGX Orin.* \(6\d GiB\)/,
    memory: 204.8,
    pcie: null,
    cache: 4 * MIB,
    source:
      "NVIDIA Jetson AGX Orin Series data sheet: 64 GB LPDDR5, 256 bits, 204.8 GB/s, one for CPU and GPU",
  },
  {
    name: "Orin Nano 8GB",
    matches: /Orin Nano.* \([78] GiB\)/,
    memory: 68,
    pcie: null,
    cache: null,
    source:
      "NVIDIA Jetson Orin Nano Series data sheet: 8 GB LPDDR5, 128 bits, 68 GB/s, one for CPU and GPU " +
      "(102 GB/s in the “Super” power mode)",
  },
];

/** What the link carries each way, GB/s; null where there is none. */
export const linkOf = ({ pcie }) => (pcie === null ? null : { up: PCIE_X16[pcie], down: PCIE_X16[pcie] });

/**
 * The GPU of a driver's name and memory, or null.
 * @param {string} board what a Jetson's firmware calls it: the driver says "Orin" to all of them; else empty
 */
export function gpuNamed(name, memoryBytes, board = "") {
  const text = `${board} ${name} (${Math.round(memoryBytes / 2 ** 30)} GiB)`;
  return GPUS.find(({ matches }) => matches.test(text)) ?? null;
}
