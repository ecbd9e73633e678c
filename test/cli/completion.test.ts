// deeplab-rt completion: the scripts know what the program knows, and the shells take them.

import { spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram } from "../../dist/cli/program.js";
import { runCli } from "../support/cli.js";
import { newFolder, removeFolders } from "../support/tiny-package.js";

afterAll(removeFolders);

const context = {} as Parameters<typeof buildProgram>[0]["context"];
const program = buildProgram({ context, finish: () => {} });
const scripts = new Map<string, string>();
beforeAll(async () => {
  for (const shell of ["bash", "zsh", "fish"]) scripts.set(shell, (await runCli(["completion", shell])).out);
});
const has = (shell: string) => spawnSync(shell, ["-c", "true"]).status === 0;

describe.each(["bash", "zsh", "fish"])("for %s", (shell) => {
  test("the script names every command, option and choice of the program", () => {
    const options = program.commands.flatMap(({ options: own }) => own);
    const flags = options.flatMap(({ short, long }) => [short?.slice(1), long?.slice(2)]);
    const choices = options.flatMap(({ argChoices = [] }) => argChoices);
    const words = [...program.commands.map((command) => command.name()), ...flags, ...choices];
    const known = new Set((scripts.get(shell) ?? "").split(/[^\w-]+/).map((word) => word.replace(/^-+/, "")));
    expect(words.filter((word) => word !== undefined && !known.has(word))).toEqual([]);
    expect(words.length).toBeGreaterThan(40);
  });

  test.skipIf(!has(shell))("the shell reads it without a complaint", async () => {
    const file = path.join(await newFolder(), "script");
    await writeFile(file, scripts.get(shell) ?? "");
    const result = spawnSync(shell, ["-n", file], { encoding: "utf8" });
    expect([result.status, result.stderr]).toEqual([0, ""]);
  });
});

describe.skipIf(!has("bash"))("bash", () => {
  /** What bash offers for the last of these words. */
  async function offers(cwd: string, ...words: string[]): Promise<string[]> {
    const program = [
      scripts.get("bash"),
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})`,
      `COMP_CWORD=${words.length - 1}`,
      "_deeplab_rt",
      'for reply in "$' + '{COMPREPLY[@]}"; do echo "$reply"; done',
    ];
    const { stdout, stderr } = spawnSync("bash", ["-c", program.join("\n")], { cwd, encoding: "utf8" });
    expect(stderr).toBe("");
    return stdout.split("\n").filter((line) => line !== "");
  }

  test("offers commands, options, choices, lists and folders in their places", async () => {
    const cwd = await newFolder();
    await mkdir(path.join(cwd, "my model"));
    await writeFile(path.join(cwd, "my picture.png"), "");
    expect(await offers(cwd, "deeplab-rt", "se")).toEqual(["segment"]);
    expect(await offers(cwd, "deeplab-rt", "segment", "--over")).toEqual(["--overwrite"]);
    expect(await offers(cwd, "deeplab-rt", "info", "--over")).toEqual([]);
    expect(await offers(cwd, "deeplab-rt", "segment", "x.png", "--backend", "")).toEqual([
      "auto",
      "onnx",
      "trt",
    ]);
    expect(await offers(cwd, "deeplab-rt", "segment", "-f", "overlay,m")).toEqual(["overlay,mask"]);
    expect(await offers(cwd, "deeplab-rt", "segment", "-m", "my")).toEqual(["my model"]);
    expect(await offers(cwd, "deeplab-rt", "info", "")).toEqual(["my model"]);
    expect(await offers(cwd, "deeplab-rt", "completion", "")).toEqual(["bash", "zsh", "fish"]);
    // As bash hands over --format=ov.
    expect(await offers(cwd, "deeplab-rt", "segment", "--format", "=", "ov")).toEqual(["overlay"]);
    expect(await offers(cwd, "deeplab-rt", "segment", "--backend", "=")).toEqual(["auto", "onnx", "trt"]);
    expect(await offers(cwd, "deeplab-rt", "segment", "--model", "=", "my")).toEqual(["my model"]);
    // Left to bash, which completes files.
    expect(await offers(cwd, "deeplab-rt", "segment", "my")).toEqual([]);
    expect(await offers(cwd, "deeplab-rt", "segment", "--alpha", "")).toEqual([]);
  });
});

test("zsh is told that values may follow in the same word: --format=ov, -fov", () => {
  const script = scripts.get("zsh");
  for (const spec of ["{-f+,--format=}", "{-m+,--model=}", "'--classes="]) expect(script).toContain(spec);
  for (const spec of ["--overwrite=", "-r+"]) expect(script).not.toContain(spec);
});

test.skipIf(!has("fish"))("fish offers commands, options, choices and lists in their places", async () => {
  const folder = await newFolder();
  const file = path.join(folder, "deeplab-rt.fish");
  await writeFile(file, scripts.get("fish") ?? "");
  const offers = (line: string) => {
    const command = `source ${file}; complete -C "${line}"`;
    const { stdout } = spawnSync("fish", ["-c", command], { cwd: folder, encoding: "utf8" });
    return stdout
      .trim()
      .split("\n")
      .map((text) => text.split("\t")[0]);
  };
  expect(offers("deeplab-rt se")).toEqual(["segment"]);
  expect(offers("deeplab-rt segment --over")).toEqual(["--overwrite"]);
  expect(offers("deeplab-rt segment --backend ")).toEqual(["auto", "onnx", "trt"]);
  expect(offers("deeplab-rt segment -f overlay,ma")).toEqual(["overlay,mask"]);
});

describe.skipIf(!has("bash"))("as docs/cli.md says, in a home that has no folder yet", () => {
  let home: string;
  let environment: NodeJS.ProcessEnv;
  beforeAll(async () => {
    home = await newFolder();
    const command = `#!/bin/sh\nexec '${process.execPath}' '${path.resolve("dist/cli/main.js")}' "$@"\n`;
    await mkdir(path.join(home, "bin"));
    await writeFile(path.join(home, "bin/deeplab-rt"), command, { mode: 0o755 });
    environment = {
      ...process.env,
      HOME: home,
      ...{ XDG_DATA_HOME: "", XDG_CONFIG_HOME: "" },
      PATH: `${home}/bin:${process.env.PATH}`,
    };
    const text = await readFile(path.resolve("docs/cli.md"), "utf8");
    const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
    const install = blocks.find((code) => code.includes("completion bash")) ?? "exit 9";
    const { status, stderr } = run("bash", "-e", "-c", install);
    expect([status, stderr]).toEqual([0, ""]);
  });
  const run = (command: string, ...args: string[]) =>
    spawnSync(command, args, { env: environment, cwd: home, encoding: "utf8" });

  test("bash completes deeplab-rt, and would not complete npx", () => {
    const script = ". ~/.local/share/bash-completion/completions/deeplab-rt; complete -p deeplab-rt npx";
    const { stdout, stderr } = run("bash", "-c", script);
    expect(stdout).toMatch(/^complete .*-F _deeplab_rt deeplab-rt$/m);
    expect(stderr).toMatch(/npx: no completion/);
  });

  test.skipIf(!has("zsh"))("zsh finds it in its folder", () => {
    const script =
      "fpath+=(~/.zsh/completions); autoload -U compinit; compinit -u -D; echo $_comps[deeplab-rt]";
    expect(run("zsh", "-f", "-c", script).stdout).toBe("_deeplab-rt\n");
  });

  test.skipIf(!has("fish"))("fish completes by itself", () => {
    expect(run("fish", "-c", 'complete -C "deeplab-rt se"').stdout).toMatch(/^segment\b/);
  });
});

test("2: a shell that is none", async () => {
  const { code, err } = await runCli(["completion", "tcsh"]);
  expect(code).toBe(2);
  expect(err).toMatch(/'tcsh' is invalid.*bash, zsh, fish/);
});
