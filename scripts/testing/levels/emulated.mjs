// linux-arm64 on this machine: our code built by a cross compiler and run by qemu's user-mode emulator.
import fs from "node:fs";
import path from "node:path";
import { fetchNode } from "../../fetch-node.mjs";
import { BUILD, inRoot } from "../../setup/paths.mjs";
import { probe } from "../../setup/run-command.mjs";
import { cmakeBuild } from "../native-tests.mjs";

const TREE = path.join(BUILD, "linux-arm64");
const ROOT = path.join(TREE, "root");
const SYSROOT = "/usr/aarch64-linux-gnu";
/** Debian's libgtest-dev: the C++ tests need a GoogleTest of the other architecture. */
const GTEST_SOURCE = "/usr/src/googletest";
const QEMU = "qemu-aarch64";

/** The first tool that is absent here, or `null`. */
export function missingTool() {
  if (process.platform !== "linux" || process.arch !== "x64") return "linux-x64 (the host of the emulator)";
  if (probe("aarch64-linux-gnu-g++", ["--version"]) === null) return "aarch64-linux-gnu-g++";
  if (probe(QEMU, ["--version"]) === null) return QEMU;
  return fs.existsSync(path.join(GTEST_SOURCE, "googletest")) ? null : GTEST_SOURCE;
}

/** Builds a target for linux-arm64; `null`, or what the build said. */
export function buildEmulated(target) {
  const definitions = {
    CMAKE_TOOLCHAIN_FILE: inRoot("scripts/cross/linux-arm64.cmake"),
    CMAKE_BUILD_TYPE: "Release",
    DEEPLAB_BUILD_TESTS: "ON",
    DEEPLAB_GTEST_SOURCE: GTEST_SOURCE,
  };
  return cmakeBuild(TREE, definitions, target);
}

// What the kernel of an arm64 machine with two Cortex-A57 says. The emulator shows its host's file instead, and ONNX
// Runtime's search for processors takes a null pointer from it.
const FEATURES = "fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid";
const processor = (number) =>
  [
    `processor\t: ${number}`,
    "BogoMIPS\t: 100.00",
    `Features\t: ${FEATURES}`,
    "CPU implementer\t: 0x41",
    "CPU architecture: 8",
    "CPU variant\t: 0x1",
    "CPU part\t: 0xd07",
    "CPU revision\t: 0",
    "",
  ].join("\n");

let rootIsMade = false;

/** A folder whose files the emulated process sees in place of the host's: libraries and /proc/cpuinfo. */
function emulatedRoot() {
  if (rootIsMade) return ROOT;
  rootIsMade = true;
  fs.rmSync(ROOT, { recursive: true, force: true });
  fs.mkdirSync(path.join(ROOT, "proc"), { recursive: true });
  fs.symlinkSync(path.join(SYSROOT, "lib"), path.join(ROOT, "lib"));
  fs.writeFileSync(path.join(ROOT, "proc/cpuinfo"), [0, 1].map(processor).join("\n"));
  return ROOT;
}

/** `[command, ...args]` that runs an arm64 program with these variables more. */
export function emulatedCommand(program, env = {}) {
  const variables = Object.entries(env).flatMap(([name, value]) => ["-E", `${name}=${value}`]);
  return [QEMU, "-L", emulatedRoot(), ...variables, ...program];
}

export const EMULATED_TESTS = path.join(TREE, "deeplab_native_tests");

/** The command of an answering process (test/support/subject) whose kernels run at `level`. */
export async function answeringCommand(level) {
  const node = await fetchNode("linux-arm64");
  const library = inRoot("node_modules/onnxruntime-node/bin/napi-v6/linux/arm64/libonnxruntime.so.1");
  const env = {
    DEEPLAB_RT_ADDON: path.join(TREE, "deeplab_rt.node"),
    DEEPLAB_RT_ONNXRUNTIME: library,
    DEEPLAB_RT_SIMD: level,
  };
  const script = inRoot("test/support/subject/answering-process.mjs");
  return emulatedCommand([node, "--no-warnings", script], env);
}
