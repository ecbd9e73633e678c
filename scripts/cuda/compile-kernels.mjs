// native/*/*_cuda.cu → one fatbin, with NVRTC, ptxas and nvFatbin, without an SDK, a driver or a GPU.
import fs from "node:fs";
import path from "node:path";
import { inRoot } from "../setup/paths.mjs";
import { runCaptured } from "../setup/run-command.mjs";
import { SetupError } from "../setup/setup-error.mjs";
import { wholeSource } from "./kernel-sources.mjs";
import { kernelTools } from "./kernel-tools.mjs";
import { fetchTool } from "./toolkit.mjs";

/** Architectures that NVRTC 12.6 makes machine code for. */
const BY_NVRTC = ["75", "80", "86", "87", "89", "90"];
/** … and those that came later: from the PTX, by a newer ptxas. */
const BY_PTXAS = ["100", "120"];
/** For GPUs newer than all of these, the driver compiles this PTX, which every GPU from sm_75 on understands. */
const PTX = "75";

export const ARCHITECTURES = [...BY_NVRTC, ...BY_PTXAS].map((number) => `sm_${number}`);
export const PTX_ARCHITECTURE = `compute_${PTX}`;

// Multiply and add round twice, as on the CPU; division and square root are exact, subnormals stay.
const ARITHMETIC = ["--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true"];
// Shared headers have functions for the host too: unmarked ones count as ours to call.
const OPTIONS = ["--std=c++17", "-default-device", ...ARITHMETIC];
const PTXAS_OPTIONS = ["--fmad=false", "--warning-as-error"];

const HEADERS = inRoot("scripts/cuda/nvrtc-headers");

/** All that decides what comes out, beside the sources and the compilers. */
export const compilerSettings = () => JSON.stringify([BY_NVRTC, BY_PTXAS, PTX, OPTIONS, PTXAS_OPTIONS]);

async function run(what, program, args) {
  const { code, output } = await runCaptured(program, args);
  if (code !== 0) throw new SetupError(`${what}:\n${output.trim()}`);
}

/** `native`: the folder; `sources`: kernel sources in it; `folder`: where machine code and PTX go. */
async function compileSources(native, sources, folder, extraOptions) {
  const source = path.join(folder, "kernels.cu");
  fs.writeFileSync(source, wholeSource(sources));
  const { nvrtcCompile } = await kernelTools();
  const targets = [...BY_NVRTC.map((number) => `sm_${number}`), PTX_ARCHITECTURE];
  const includes = [native, HEADERS].map((include) => `--include-path=${include}`);
  const options = [...OPTIONS, ...extraOptions, ...includes];
  await run("The CUDA kernels do not compile", nvrtcCompile, [
    await fetchTool("nvrtc"),
    source,
    folder,
    ...targets,
    "--",
    ...options,
  ]);
}

/**
 * Writes the fatbin of `sources` (in `native`) to `fatbin`; `scratch` is an empty folder for what lies between. The
 * same sources give the same bytes, wherever they lie. `extraOptions` are for tests.
 *
 * @param {{native: string, sources: string[], scratch: string, fatbin: string, extraOptions?: string[]}} request
 */
export async function compileKernels({ native, sources, scratch, fatbin, extraOptions = [] }) {
  await compileSources(native, sources, scratch, extraOptions);
  const ptx = path.join(scratch, `${PTX_ARCHITECTURE}.ptx`);
  const ptxas = await fetchTool("ptxas");
  for (const number of BY_PTXAS) {
    const args = [
      ...PTXAS_OPTIONS,
      `--gpu-name=sm_${number}`,
      ptx,
      "-o",
      path.join(scratch, `sm_${number}.cubin`),
    ];
    await run(`The PTX of the CUDA kernels does not compile for sm_${number}`, ptxas, args);
  }
  const parts = ARCHITECTURES.map((name) => path.join(scratch, `${name}.cubin`));
  const { fatbinPack } = await kernelTools();
  await run("The CUDA kernels cannot be packed", fatbinPack, [
    await fetchTool("nvfatbin"),
    fatbin,
    ...parts,
    ptx,
  ]);
}
