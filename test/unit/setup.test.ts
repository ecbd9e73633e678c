// The set-up that npm start and npm test share, without installing or building anything.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Command } from "commander";
import { afterEach, describe, expect, test } from "vitest";
import { buildProgram } from "../../dist/cli/program.js";
import { installReason } from "../../scripts/setup/dependencies.mjs";
import { installCommands, packageManager } from "../../scripts/setup/install-hint.mjs";
import { nodeVersionProblem } from "../../scripts/setup/node-version.mjs";
import { segmentArguments, VALUE_OPTIONS } from "../../scripts/setup/segment-after-setup.mjs";
import { contentHash } from "../../scripts/setup/stamp.mjs";
import { requireToolchain } from "../../scripts/setup/toolchain.mjs";

const folders: string[] = [];
function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "setup-"));
  folders.push(folder);
  return folder;
}
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
});

describe("Node.js", () => {
  test.each(["20.19.0", "20.19.4", "22.0.0", "24.1.0"])("%s is new enough", (version) => {
    expect(nodeVersionProblem(version)).toBeNull();
  });
  test.each(["18.20.8", "20.18.9", "14.0.0"])(
    "%s is too old, and the message has both versions",
    (version) => {
      expect(nodeVersionProblem(version)).toContain(`20.19.0 or newer is needed, this is ${version}`);
    },
  );
});

describe("missing tools", () => {
  const both = [
    { tool: "compiler", what: "a C++17 compiler" },
    { tool: "cmake", what: "CMake" },
  ];

  test("make one message with everything that is missing and one command", () => {
    const commands = (tools: string[]) => installCommands(tools, "apt");
    expect(() => requireToolchain(both, commands)).toThrow(
      /lacks:\n {2}- a C\+\+17 compiler\n {2}- CMake\nHow to get it:\n {2}sudo apt-get install g\+\+ make cmake\n/,
    );
  });

  test("nothing missing says nothing", () => {
    expect(() => requireToolchain([])).not.toThrow();
  });

  test.each([
    ["dnf", ["sudo dnf install gcc-c++ make cmake"]],
    ["brew", ["xcode-select --install", "brew install cmake"]],
    ["apk", ["sudo apk add g++ make cmake"]],
  ])("%s has commands of its own", (manager, lines) => {
    expect(installCommands(["compiler", "cmake"], manager)).toEqual(lines);
  });

  test("Windows names CMake, the build tools and their workload", () => {
    const lines = installCommands(["compiler", "cmake"], "winget").join("\n");
    expect(lines).toMatch(
      /winget install .*BuildTools.* Kitware\.CMake|winget install .*Kitware\.CMake.*BuildTools/,
    );
    expect(lines).toContain("Desktop development with C++");
  });

  test("the package manager is that of the system", () => {
    expect(packageManager("darwin")).toBe("brew");
    expect(packageManager("win32")).toBe("winget");
    expect(packageManager("linux", (tool: string) => tool === "dnf")).toBe("dnf");
    expect(packageManager("linux", () => false)).toBeNull();
    expect(installCommands(["cmake"], null)).toEqual(["Install with your system's package manager: cmake"]);
  });
});

describe("packages are installed only when they have to be", () => {
  function checkout(installed: object | null): string {
    const root = temporaryFolder();
    const packages = {
      "": { name: "x" },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/only-on-windows": { version: "1.0.0", optional: true },
    };
    fs.writeFileSync(path.join(root, "package-lock.json"), JSON.stringify({ packages }));
    if (installed !== null) {
      fs.mkdirSync(path.join(root, "node_modules"));
      fs.writeFileSync(
        path.join(root, "node_modules/.package-lock.json"),
        JSON.stringify({ packages: installed }),
      );
    }
    return root;
  }

  test("when node_modules is absent, lacks a package or has another version", () => {
    expect(installReason(checkout(null))).toBe("node_modules is absent");
    expect(installReason(checkout({}))).toBe("node_modules/a is absent, the lockfile says 1.0.0");
    expect(installReason(checkout({ "node_modules/a": { version: "0.9.0" } }))).toContain("is 0.9.0");
  });

  test("not when all is there; a package of another system may be absent", () => {
    expect(installReason(checkout({ "node_modules/a": { version: "1.0.0" } }))).toBeNull();
  });
});

describe("the stamp of a build", () => {
  test("changes with a content, a name or a new file, not with the time of a file", () => {
    const folder = temporaryFolder();
    const file = path.join(folder, "a.cc");
    fs.writeFileSync(file, "1");
    const first = contentHash([folder]);
    fs.utimesSync(file, new Date(0), new Date(0));
    expect(contentHash([folder])).toBe(first);
    fs.writeFileSync(file, "2");
    const second = contentHash([folder]);
    fs.renameSync(file, path.join(folder, "b.cc"));
    const third = contentHash([folder]);
    fs.writeFileSync(file, "2");
    expect(new Set([first, second, third, contentHash([folder]), contentHash([folder], ["x"])]).size).toBe(5);
  });
});

describe("npm start", () => {
  const picture = "assets/samples/first.jpg";
  const sample = () => path.join(process.cwd(), picture);
  const start = (...args: string[]) => segmentArguments(args, process.cwd(), sample);
  const defaults = ["segment", "--model", "models/sample", "--output", "build/out", "--overwrite"];

  /** What commander makes of the arguments: the last of two equal options counts. */
  function parsed(...args: string[]) {
    const [, ...rest] = start(...args);
    const command = new Command()
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .argument("<images...>")
      .option("-m, --model <folder>")
      .option("-o, --output <folder>")
      .option("-c, --confidence <value>")
      .option("--json")
      .option("--overwrite")
      .option("--skip-existing")
      .parse(rest, { from: "user" });
    return { images: command.args, ...command.opts() };
  }

  test("takes the sample picture and the sample model", () => {
    expect(start()).toEqual([...defaults, picture]);
    expect(parsed()).toEqual({
      images: [picture],
      model: "models/sample",
      output: "build/out",
      overwrite: true,
    });
  });

  test("replaces what an earlier start wrote, unless told to leave it", () => {
    expect(parsed("--skip-existing")).toMatchObject({ images: [picture], skipExisting: true });
    expect(parsed("--skip-existing")).not.toHaveProperty("overwrite");
    expect(start("--overwrite").filter((arg) => arg === "--overwrite")).toHaveLength(1);
  });

  test("knows every option of segment that is followed by a value", () => {
    const context = {} as Parameters<typeof buildProgram>[0]["context"];
    const program = buildProgram({ context, finish: () => {} });
    const segment = program.commands.find((command) => command.name() === "segment");
    const withValue = segment?.options.filter(({ required }) => required) ?? [];
    const names = withValue.flatMap(({ short, long }) => [short, long]).filter((name) => name !== undefined);
    expect([...VALUE_OPTIONS].sort()).toEqual(names.sort());
  });

  test.each([
    [["a.jpg"], { images: ["a.jpg"], model: "models/sample", output: "build/out" }],
    [["a.jpg", "--model", "m", "--output=o"], { images: ["a.jpg"], model: "m", output: "o" }],
    [["-m", "/nope", "x.jpg"], { images: ["x.jpg"], model: "/nope", output: "build/out" }],
    [["-m/nope", "x.jpg", "-o", "out"], { images: ["x.jpg"], model: "/nope", output: "out" }],
    [["-", "--json"], { images: ["-"], json: true }],
    [["--", "-odd.jpg"], { images: ["-odd.jpg"], model: "models/sample", output: "build/out" }],
    [
      ["--json", "wood.jpg"],
      { images: ["wood.jpg"], json: true, model: "models/sample", output: "build/out" },
    ],
    [["wood.jpg", "metal.jpg", "--json"], { images: ["wood.jpg", "metal.jpg"], json: true }],
  ])("takes one's own with %j", (args, expected) => {
    expect(parsed(...args)).toMatchObject(expected);
  });

  test.each([
    ["--confidence", "0.7"],
    ["-c", "best"],
    ["-o", "out"],
    ["--model", "m", "--json"],
    ["--model=m"],
  ])("takes the sample picture where only options are given: %s %s", (...args) => {
    expect(parsed(...args.filter((arg) => arg !== undefined)).images).toEqual([picture]);
  });

  test("leaves an option without its value an error", () => {
    expect(() => parsed("a.jpg", "--model")).toThrow(/--model <folder>' argument missing/);
    expect(() => parsed("-o")).toThrow(/--output <folder>' argument missing/);
  });
});
