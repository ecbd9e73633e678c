// The fatbin of the CUDA kernels, made once for the same sources: CMake runs this when a kernel may have changed.
//   node scripts/cuda/make-kernels.mjs NATIVE OUTPUT     NATIVE: the folder native/, or a copy of it
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { putInPlace } from "../fetch-wheels.mjs";
import { BUILD, inRoot } from "../setup/paths.mjs";
import { reportingSetupErrors, SetupError } from "../setup/setup-error.mjs";
import { compileKernels, compilerSettings } from "./compile-kernels.mjs";
import { hashOf, kernelSources, withIncludes } from "./kernel-sources.mjs";
import { toolsHash } from "./kernel-tools.mjs";
import { compilerVersions } from "./toolkit.mjs";

const CACHE = path.join(BUILD, "cuda-kernels");

const WAYS_ON = [
  "The CUDA kernels could not be made. Ways on:",
  "  - mend what is said above, then run the command again (the compiler is fetched once, about 65 MB);",
  "  - build an addon without CUDA: set the environment variable DEEPLAB_CUDA_KERNELS=OFF, or pass",
  "    -DDEEPLAB_CUDA_KERNELS=OFF to CMake;",
  "  - use a fatbin of these sources that was made elsewhere: DEEPLAB_CUDA_KERNELS=/path/to/kernels.fatbin.",
].join("\n");

/**
 * What a build without further word does with CUDA kernels: "ON", "OFF", or for a ready-made fatbin its path with its
 * hash. As native/cuda/kernels.cmake decides.
 *
 * @param {string} value
 * @param {string} platform
 */
export function kernelsSetting(value = process.env.DEEPLAB_CUDA_KERNELS ?? "", platform = process.platform) {
  if (value === "") return platform === "linux" ? "ON" : "OFF";
  if (/^(on|true|yes|1)$/i.test(value)) return "ON";
  if (/^(off|false|no|0)$/i.test(value)) return "OFF";
  if (!fs.existsSync(value)) {
    throw new SetupError(
      `DEEPLAB_CUDA_KERNELS: expected ON, OFF or the path of a fatbin, found “${value}”, which is no file.`,
    );
  }
  return `${path.resolve(value)} ${hashOf(path.dirname(value), [path.basename(value)])}`;
}

/** What the fatbin of these sources is called: another name for anything that may change its bytes. */
function keyOf(native, sources) {
  const headers = inRoot("scripts/cuda/nvrtc-headers");
  const hash = createHash("sha256");
  const parts = [
    hashOf(native, withIncludes(native, sources)),
    hashOf(headers, fs.readdirSync(headers).sort()),
    toolsHash(),
    compilerSettings(),
    compilerVersions(),
  ];
  for (const part of parts) hash.update(`${part}\0`);
  return hash.digest("hex").slice(0, 32);
}

async function make(native, sources, cached) {
  fs.mkdirSync(CACHE, { recursive: true });
  const scratch = fs.mkdtempSync(path.join(CACHE, "making-"));
  try {
    const fatbin = path.join(scratch, "kernels.fatbin");
    await compileKernels({ native, sources, scratch, fatbin });
    putInPlace(fatbin, cached);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(`${error.message}\n\n${WAYS_ON}`);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** Resolves to the fatbin of the kernels in `native`, a file in build/ that is made where it is absent. */
export async function makeKernels(native = inRoot("native"), log = () => {}) {
  const sources = kernelSources(native);
  if (sources.length === 0) throw new SetupError(`No kernel source (*_cuda.cu) was found in ${native}.`);
  const cached = path.join(CACHE, `${keyOf(native, sources)}.fatbin`);
  if (fs.existsSync(cached)) return cached;
  log("compiling the CUDA kernels");
  await make(native, sources, cached);
  return cached;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [native, output] = process.argv.slice(2);
  await reportingSetupErrors(async () => {
    if (output === undefined) throw new SetupError("Use: node scripts/cuda/make-kernels.mjs NATIVE OUTPUT");
    fs.copyFileSync(await makeKernels(path.resolve(native)), output);
  });
}
