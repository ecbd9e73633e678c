// nvcc 13 over a kernel source: machine code of the oldest and the newest architecture, and the host's part. What it
// makes is thrown away: drivers of CUDA 12 do not load it.
import { fetchNvcc } from "../../cuda/toolkit.mjs";
import { runCaptured } from "../../setup/run-command.mjs";

const OPTIONS = [
  "--std=c++17",
  "--fmad=false",
  "--Werror=all-warnings",
  "--generate-code=arch=compute_75,code=sm_75",
  "--generate-code=arch=compute_120,code=sm_120",
  "--compiler-options=-Wall,-Wextra,-Wshadow,-Werror",
];

/** What nvcc says of `source`, whose includes lie in `native`: `{ code, output }`. */
export async function compileWithNvcc(native, source, object) {
  const args = [...OPTIONS, "--include-path", native, "--compile", source, "--output-file", object];
  return runCaptured(await fetchNvcc(), args);
}
