// Where TensorRT is looked for, on machines made up of folders.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type Machine, tensorrtCandidates } from "../../dist/tensorrt-places.js";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) fs.rmSync(root, { recursive: true });
});

/** A machine with these files, which are empty. */
function machineWith(files: readonly string[], over: Partial<Machine> = {}): Machine {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "machine-"));
  roots.push(root);
  for (const file of files) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), "");
  }
  return { platform: "linux", arch: "x64", env: {}, home: () => path.join(root, "home/me"), root, ...over };
}

/** `origin: path` of each place, below the machine's root. */
const places = (machine: Machine, option?: string): string[] =>
  tensorrtCandidates(option, machine).map(
    ({ origin, path: file }) => `${origin}: ${file.replace(`${machine.root}/`, "")}`,
  );

describe("a library that is named is the only place", () => {
  const machine = machineWith([], { env: { DEEPLAB_RT_TENSORRT: "/elsewhere/libnvinfer.so.10" } });

  test("by option, before the environment", () => {
    expect(places(machine, "/opt/trt/libnvinfer.so.10")).toEqual([
      "option runtime.tensorrt: /opt/trt/libnvinfer.so.10",
    ]);
  });

  test("by environment", () => {
    expect(places(machine)).toEqual(["DEEPLAB_RT_TENSORRT: /elsewhere/libnvinfer.so.10"]);
  });

  test("a bare name is left to the system's search, a relative path is made absolute", () => {
    expect(places(machine, "libnvinfer.so.10.3.0")).toEqual([
      "option runtime.tensorrt: libnvinfer.so.10.3.0",
    ]);
    expect(places(machine, "./trt/lib.so")).toEqual([`option runtime.tensorrt: ${process.cwd()}/trt/lib.so`]);
  });

  test("an empty variable names none", () => {
    const [first] = places(machineWith([], { env: { DEEPLAB_RT_TENSORRT: "" } }));
    expect(first).toBe("the system's search: libnvinfer.so.10");
  });
});

describe("without a name", () => {
  test("nothing installed: the usual places are named all the same", () => {
    expect(places(machineWith([]))).toEqual([
      "the system's search: libnvinfer.so.10",
      "system packages: usr/lib64/libnvinfer.so.10",
    ]);
    expect(places(machineWith(["usr/lib/aarch64-linux-gnu/libc.so.6"], { arch: "arm64" }))).toEqual([
      "the system's search: libnvinfer.so.10",
      "system packages: usr/lib/aarch64-linux-gnu/libnvinfer.so.10",
    ]);
  });

  test("a Jetson with JetPack 6.0: its TensorRT 8 comes last", () => {
    const machine = machineWith(["usr/lib/aarch64-linux-gnu/libnvinfer.so.8"], { arch: "arm64" });
    expect(places(machine).slice(1)).toEqual([
      "system packages: usr/lib/aarch64-linux-gnu/libnvinfer.so.10",
      "an older TensorRT: usr/lib/aarch64-linux-gnu/libnvinfer.so.8",
    ]);
  });

  test("an archive unpacked where containers have it", () => {
    expect(places(machineWith(["opt/tensorrt/lib/libnvinfer.so.10"]))).toContain(
      "system packages: opt/tensorrt/lib/libnvinfer.so.10",
    );
  });

  test("pip: the environment in use, then the user's, then the system's; the newest Python first", () => {
    const of = (folder: string) => `${folder}/tensorrt_libs/libnvinfer.so.10`;
    const machine = machineWith([
      of("usr/lib/python3/dist-packages"),
      of("usr/local/lib/python3.9/dist-packages"),
      of("usr/local/lib/python3.12/dist-packages"),
      of("home/me/.local/lib/python3.12/site-packages"),
      of("venv/lib/python3.11/site-packages"),
    ]);
    const env = { VIRTUAL_ENV: path.join(machine.root, "venv"), CONDA_PREFIX: "" };
    expect(places({ ...machine, env }).filter((place) => place.startsWith("pip"))).toEqual(
      [
        "venv/lib/python3.11/site-packages",
        "home/me/.local/lib/python3.12/site-packages",
        "usr/local/lib/python3.12/dist-packages",
        "usr/local/lib/python3.9/dist-packages",
        "usr/lib/python3/dist-packages",
      ].map((folder) => `pip: ${of(folder)}`),
    );
  });

  test("a user without a home folder has all but that one", () => {
    const of = (folder: string) => `${folder}/tensorrt_libs/libnvinfer.so.10`;
    const machine = machineWith([
      of("home/me/.local/lib/python3/site-packages"),
      of("usr/lib/python3/dist-packages"),
    ]);
    const home = () => {
      throw new Error("uv_os_homedir returned ENOENT");
    };
    expect(places({ ...machine, home })).toEqual([
      "the system's search: libnvinfer.so.10",
      "system packages: usr/lib64/libnvinfer.so.10",
      `pip: ${of("usr/lib/python3/dist-packages")}`,
    ]);
  });

  test("Windows: by its own name, also in a virtual environment", () => {
    const machine = machineWith(["venv/Lib/site-packages/tensorrt_libs/nvinfer_10.dll"], {
      platform: "win32",
    });
    expect(places({ ...machine, env: { VIRTUAL_ENV: path.join(machine.root, "venv") } })).toEqual([
      "the system's search: nvinfer_10.dll",
      "pip: venv/Lib/site-packages/tensorrt_libs/nvinfer_10.dll",
    ]);
  });

  test("this machine's places are absolute, or a bare name", () => {
    const found = tensorrtCandidates();
    for (const { library, path: file } of found) {
      expect(library).toBe("tensorrt");
      expect(path.isAbsolute(file) || path.basename(file) === file).toBe(true);
    }
    expect(found.length).toBeGreaterThan(0);
  });
});
