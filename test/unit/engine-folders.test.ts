// The folders that engines are made in: where they appear, what they replace, what killed processes leave, and what is
// copied into them.

import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { removeLeftovers, stagingName } from "../../dist/compile/leftovers.js";
import { networkFacts } from "../../dist/compile/network-facts.js";
import { copyPackageFiles } from "../../dist/compile/package-files.js";
import { requireSameWeights } from "../../dist/compile/same-weights.js";
import { checkOutput, withStaging } from "../../dist/compile/staging.js";
import { readModelPackage } from "../../dist/packages/model-package.js";
import { newFolder, removeFolders, tinyPackage } from "../support/tiny-package.js";

afterAll(removeFolders);

// Windows lets only some users make links.
const testWithLinks = test.runIf(process.platform !== "win32");

describe("the output folder", () => {
  test("appears whole, or not at all", async () => {
    const parent = await newFolder();
    const output = path.join(parent, "a", "out");
    await withStaging(output, async (folder) => {
      await writeFile(path.join(folder, "engine.plan"), "1");
      expect(await readdir(path.dirname(output))).not.toContain("out");
    });
    const failing = withStaging(output, async (folder) => {
      await writeFile(path.join(folder, "engine.plan"), "2");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await readFile(path.join(output, "engine.plan"), "utf8")).toBe("1");
    await withStaging(output, (folder) => writeFile(path.join(folder, "engine.plan"), "3"));
    expect(await readFile(path.join(output, "engine.plan"), "utf8")).toBe("3");
    expect(await readdir(path.dirname(output))).toEqual(["out"]);
  });

  test("is looked at again before it is replaced", async () => {
    const [folder, parent] = [await tinyPackage(), await newFolder()];
    const output = path.join(parent, "out");
    const check = (force: boolean) => () => checkOutput(output, folder, force);
    const meanwhile = (name: string) => async () => {
      await mkdir(output, { recursive: true });
      await writeFile(path.join(output, name), "precious");
    };
    for (const [name, force] of [
      ["notes.txt", true],
      ["deeplab_rt.json", true], // not yet a compiled package
      ["engine.plan", false],
    ] as const) {
      await rm(output, { recursive: true, force: true });
      const refused = withStaging(output, meanwhile(name), check(force));
      await expect(refused).rejects.toMatchObject({ code: "OPTION_INVALID", detail: { found: output } });
      expect(await readdir(parent)).toEqual(["out"]);
      expect(await readFile(path.join(output, name), "utf8")).toBe("precious");
    }
  });

  test("is never somebody else's", async () => {
    const folder = await tinyPackage();
    const refused = (output: string, force = true) =>
      expect(checkOutput(output, folder, force)).rejects.toMatchObject({ code: "OPTION_INVALID" });
    await refused(folder);
    await refused(path.dirname(folder));
    await refused(path.join(folder, "weights.onnx"));
    const other = await newFolder();
    await checkOutput(other, folder, false);
    await writeFile(path.join(other, "engine.plan"), "");
    await refused(other, false);
    await refused(other); // an engine, but none that was compiled here
    await writeFile(path.join(other, "deeplab_rt.json"), "");
    await refused(other, false);
    await checkOutput(other, folder, true);
    for (const weights of ["weights.onnx", "weights.pt"]) {
      await writeFile(path.join(other, weights), "");
      await refused(other);
      await rm(path.join(other, weights));
    }
    await checkOutput(path.join(other, "new"), folder, false);
  });
});

describe("what is left of a build", () => {
  const ownPid = `-${process.pid}-`;
  const gonePid = `-${spawnSync(process.execPath, ["-e", ""]).pid}-`;

  /** A folder beside the output, last touched so many hours ago. */
  async function leave(folder: string, hours: number): Promise<string> {
    await mkdir(folder);
    await writeFile(path.join(folder, "engine.plan"), "half of it");
    const then = new Date(Date.now() - hours * 60 * 60_000);
    await utimes(folder, then, then);
    return path.basename(folder);
  }

  test("is removed when its process is gone, or when nobody touched it for longer than any build", async () => {
    const output = path.join(await newFolder(), "out");
    const own = stagingName(output);
    const elsewhere = own.replace(/building-[0-9a-f]+-/, "building-0123456789ab-");
    const mine = await leave(own, 1);
    const another = await leave(elsewhere.replace(ownPid, gonePid), 23);
    const others = await leave(path.join(path.dirname(output), "out2.building-x"), 25);
    await leave(own.replace(ownPid, gonePid), 0);
    await leave(`${own.replace(ownPid, gonePid)}.old`, 0);
    await leave(elsewhere, 25);
    const similar = await leave(`${output}.building-5ab0c9d0-1111-4111-8111-111111111111`, 25);
    const longer = await leave(`${own.replace(ownPid, gonePid)}.mine`, 25);
    await removeLeftovers(output);
    const stay = [mine, another, others, similar, longer];
    expect((await readdir(path.dirname(output))).sort()).toEqual(stay.sort());
  });

  test("goes with the next build of the same output", async () => {
    const output = path.join(await newFolder(), "out");
    await leave(stagingName(output).replace(ownPid, gonePid), 0);
    await withStaging(output, (folder) => writeFile(path.join(folder, "engine.plan"), "1"));
    expect(await readdir(path.dirname(output))).toEqual(["out"]);
  });

  test("is not a folder that its process works in", async () => {
    const output = path.join(await newFolder(), "out");
    await withStaging(output, async (folder) => {
      await writeFile(path.join(folder, "engine.plan"), "1");
      await removeLeftovers(output);
    });
    expect(await readFile(path.join(output, "engine.plan"), "utf8")).toBe("1");
  });
});

describe("what goes with an engine", () => {
  /** Names of what is copied of a package. */
  async function copied(folder: string, which: "all" | "needed" = "all") {
    const to = await newFolder();
    const { files } = await networkFacts(path.join(folder, "weights.onnx"));
    await copyPackageFiles(folder, to, files, which);
    return { to, names: (await readdir(to)).sort() };
  }

  testWithLinks("is what links lead to; folders and links that lead nowhere stay behind", async () => {
    const [folder, elsewhere] = [await tinyPackage(), await newFolder()];
    await writeFile(path.join(elsewhere, "notes.txt"), "words");
    await symlink(path.join(elsewhere, "notes.txt"), path.join(folder, "notes.txt"));
    await symlink(elsewhere, path.join(folder, "pictures"));
    await symlink(path.join(elsewhere, "gone"), path.join(folder, "gone.txt"));
    await mkdir(path.join(folder, "samples"));
    const { to, names } = await copied(folder);
    expect(names).toEqual(["class_names.txt", "inference_config.json", "notes.txt"]);
    expect(await readFile(path.join(to, "notes.txt"), "utf8")).toBe("words");
  });

  testWithLinks("is no weights, by whatever name the package is reached", async () => {
    const [folder, parent] = [await tinyPackage(), await newFolder()];
    const link = path.join(parent, "link");
    await symlink(folder, link);
    await writeFile(path.join(folder, "weights.data"), "many bytes");
    const to = await newFolder();
    const weights = [path.join(folder, "weights.onnx"), path.join(folder, "weights.data")];
    await copyPackageFiles(link, to, weights, "all");
    expect((await readdir(to)).sort()).toEqual(["class_names.txt", "inference_config.json"]);
  });

  test("is in the cache what loading reads, and no more", async () => {
    const more = { "README.txt": "words", "model_config.json": '{"backend_type": "onnx"}' };
    const { names } = await copied(await tinyPackage({ more }), "needed");
    expect(names).toEqual(["class_names.txt", "inference_config.json", "model_config.json"]);
    expect((await copied(await tinyPackage(), "needed")).names).toEqual(names.slice(0, 2));
  });

  test("is read as loading reads it: a byte order mark is none of JSON's business", async () => {
    const more = { "model_config.json": '\ufeff{"model_id": "a/1"}' };
    const { to } = await copied(await tinyPackage({ more }));
    const text = await readFile(path.join(to, "model_config.json"), "utf8");
    expect(JSON.parse(text)).toEqual({ model_id: "a/1", backend_type: "trt" });
    const broken = await tinyPackage({ more: { "model_config.json": "{" } });
    await expect(copied(broken)).rejects.toMatchObject({ code: "PACKAGE_INVALID" });
  });
});

test("weights that were replaced or removed are not those that an engine was built of", async () => {
  const folder = await tinyPackage();
  const file = path.join(folder, "weights.onnx");
  const model = await readModelPackage(folder);
  const facts = await networkFacts(file);
  await requireSameWeights(model, facts);
  const refused = () =>
    expect(requireSameWeights(model, facts)).rejects.toMatchObject({
      code: "ENGINE_BUILD_FAILED",
      message: expect.stringContaining("changed while an engine was built"),
    });
  await writeFile(file, await readFile(file));
  await utimes(file, new Date(), new Date(Date.now() + 1000));
  await refused();
  await rm(file);
  await refused();
});
