// test/cuda-kernels/resources.json: what each kernel takes on each architecture, so that a change of it is seen and
// meant. To take what the compiler makes now: node scripts/testing/cuda-kernels/resource-table.mjs
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { makeKernels } from "../../cuda/make-kernels.mjs";
import { inRoot, relative } from "../../setup/paths.mjs";
import { reportingSetupErrors } from "../../setup/setup-error.mjs";
import { kernelsIn } from "./inspect-fatbin.mjs";

const TABLE = inRoot("test/cuda-kernels/resources.json");

export const UPDATE_COMMAND = "node scripts/testing/cuda-kernels/resource-table.mjs";

/**
 * @typedef {import("./inspect-fatbin.mjs").Resources} Resources
 * @typedef {Record<string, Record<string, Resources>>} Table kernel → architecture → resources
 */

/** @returns {Table} */
export const readTable = () => JSON.parse(fs.readFileSync(TABLE, "utf8"));

/**
 * The same, of what a fatbin holds.
 *
 * @param {import("./inspect-fatbin.mjs").Kernel[]} kernels
 * @returns {Table}
 */
export function tableOf(kernels) {
  const table = {};
  for (const { kernel, arch, registers, stack, shared } of kernels) {
    table[kernel] ??= {};
    table[kernel][arch] = { registers, stack, shared };
  }
  return table;
}

/** One line an architecture. */
function textOf(table) {
  const architectures = (byArch) =>
    Object.entries(byArch).map(
      ([arch, { registers, stack, shared }]) =>
        `    "${arch}": { "registers": ${registers}, "stack": ${stack}, "shared": ${shared} }`,
    );
  const kernels = Object.keys(table)
    .sort()
    .map((kernel) => `  "${kernel}": {\n${architectures(table[kernel]).join(",\n")}\n  }`);
  return `{\n${kernels.join(",\n")}\n}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await reportingSetupErrors(async () => {
    const kernels = await kernelsIn(await makeKernels(undefined, console.log));
    fs.writeFileSync(TABLE, textOf(tableOf(kernels)));
    console.log(`wrote ${relative(TABLE)}`);
  });
}
