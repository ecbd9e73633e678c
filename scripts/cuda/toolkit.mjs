// NVIDIA's compilers and tools as wheels, pinned: what makes the CUDA kernels, and what tests look at them with. The
// build machine runs them (linux-x64, linux-arm64); nothing of them is shipped.
import path from "node:path";
import { fetchWheels } from "../fetch-wheels.mjs";
import { SetupError } from "../setup/setup-error.mjs";

/** What there are: the version, a file that is asked for, the wheels with their SHA-256 for x64 and arm64. */
const TOOLS = {
  // What drivers of CUDA 12.6 load; the newest architecture it knows is sm_90.
  nvrtc: {
    version: "12.6.85",
    wanted: ["nvidia/cuda_nvrtc/lib"],
    file: "nvidia/cuda_nvrtc/lib/libnvrtc.so.12",
    wheels: {
      "nvidia-cuda-nvrtc-cu12": [
        "800927308ccc5dd6246d3f61f7fcef2ed7ec4e59e199090d360d3293f78bd5a2",
        "3f3134f50963882373063901657554f230bedf6039d30b09f6be55c64c993a37",
      ],
    },
  },
  // From PTX to machine code of the architectures after sm_90.
  ptxas: {
    version: "12.9.86",
    wanted: ["nvidia/cuda_nvcc/bin/ptxas"],
    file: "nvidia/cuda_nvcc/bin/ptxas",
    wheels: {
      "nvidia-cuda-nvcc-cu12": [
        "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0",
        "44e1eca4d08926193a558d2434b1bf83d57b4d5743e0c431c0c83d51da1df62b",
      ],
    },
  },
  nvfatbin: {
    version: "12.9.82",
    wanted: ["nvidia/nvfatbin/lib"],
    file: "nvidia/nvfatbin/lib/libnvfatbin.so.12",
    wheels: {
      "nvidia-nvfatbin-cu12": [
        "16cbfbd12287508212f22f42dff6ff51cf9b528b906f57f615b080da16dea1ea",
        "92d516bdb9287970cecbf855a0fd39d09599db806148038e1ed2cf0eaef92af2",
      ],
    },
  },
  // For tests.
  cuobjdump: {
    version: "13.2.86",
    wanted: ["nvidia/cu13/bin/cuobjdump"],
    file: "nvidia/cu13/bin/cuobjdump",
    wheels: {
      "nvidia-cuda-cuobjdump": [
        "d332c2ffe78e703ca0a3894be927f83124244e2acf0d792b8c12b4362d44d837",
        "9a025b92d5faca837f69841317760df9b27f3871bfa089d80cc428399743fd56",
      ],
    },
  },
};

/** A second compiler, for tests. Its parts find each other by their places beside it. */
const NVCC = {
  folder: "cuda-nvcc-13.0.88",
  wanted: ["nvidia/cu13"],
  wheels: [
    {
      name: "nvidia-cuda-nvcc",
      version: "13.0.88",
      sha256: [
        "56fe502eb77625a12f25172caa3cdddb4e4c8ba2c8c17dba44b164761b380f03",
        "c7ff28f86a24effdc6c034fa15230c549a273e4771b10a7fec14996f8cf3307f",
      ],
    },
    {
      name: "nvidia-cuda-crt",
      version: "13.0.88",
      sha256: [
        "2c8043c7c9e02492716426e9919fc78d2c5b3b2a7a768a88e952676b08aa55a4",
        "ee2ea2a97073e02ee62bb27841f437332be2c248e3eac013df07997ada39c003",
      ],
    },
    {
      name: "nvidia-nvvm",
      version: "13.0.88",
      sha256: [
        "c5f41ffeb6466944a026dfa5317d7d85355c119bbec279205d22f1869d1054e0",
        "c4376a291d72d22a315d9d2f69bdae8f8cd83a627f75bad395cee49a0fe65dc1",
      ],
    },
    {
      name: "nvidia-cuda-runtime",
      version: "13.0.96",
      sha256: [
        "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548",
        "ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55",
      ],
    },
  ],
};

/** The version of one of them. */
export const versionOf = (tool) => TOOLS[tool].version;

/** What kernels are made with, as a text that changes with any of it. */
export const compilerVersions = () =>
  ["nvrtc", "ptxas", "nvfatbin"].map((tool) => `${tool} ${versionOf(tool)}`).join(", ");

/** Whether the compilers run on this system. */
export const canCompileKernels = () =>
  process.platform === "linux" && ["x64", "arm64"].includes(process.arch);

function requireHost() {
  if (canCompileKernels()) return;
  const found = `${process.platform}-${process.arch}`;
  throw new SetupError(`CUDA kernels are compiled on linux-x64 and linux-arm64, and this is ${found}.`);
}

/** Fetches a tool that is absent; resolves to the path of its program or library. */
export async function fetchTool(tool) {
  requireHost();
  const { version, wanted, file, wheels } = TOOLS[tool];
  const set = {
    folder: `cuda-${tool}-${version}`,
    wanted,
    wheels: Object.entries(wheels).map(([name, sha256]) => ({ name, version, sha256 })),
  };
  return path.join(await fetchWheels(set), file);
}

/** Fetches nvcc 13 (about 100 MB) where it is absent; resolves to the path of its program. */
export async function fetchNvcc() {
  requireHost();
  return path.join(await fetchWheels(NVCC), "nvidia/cu13/bin/nvcc");
}
