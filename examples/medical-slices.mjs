// The slices of a scan, as pictures in a folder: how large is a structure? The probabilities say more than the map here:
// their sum is the expected volume, and where they are neither high nor low a person should look.
// An example of the arithmetic, and no medical device.
//
//   node examples/medical-slices.mjs <folder> --structure <class> --spacing 0.7x0.7x5 [--model <package>] [--output <folder>]
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { AutoModel } from "deeplab-rt";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "models/sample" },
    structure: { type: "string", default: "stain" },
    spacing: { type: "string", default: "0.7x0.7x5" }, // mm: column, row, slice
    output: { type: "string" },
  },
});
const folder = positionals[0] ?? "assets/samples";
const sides = values.spacing.split("x").map(Number);
if (sides.length !== 3 || !sides.every((side) => side > 0 && Number.isFinite(side)))
  throw new Error(`--spacing is three lengths in mm, like 0.7x0.7x5, not ${values.spacing}`);
const millilitres = sides.reduce((volume, side) => volume * side) / 1000;
const slices = (await readdir(folder)).filter((name) => /\.(png|jpe?g|tiff?)$/i.test(name)).sort();
if (slices.length === 0) throw new Error(`there are no slices (PNG, JPEG, TIFF) in ${folder}`);
if (values.output) await mkdir(values.output, { recursive: true });

const model = await AutoModel.fromPretrained(values.model);
const total = { inside: 0, expected: 0, uncertain: 0 };
const rows = [];

// Only the plane of one class is computed and kept: 4 bytes a pixel, whatever the number of classes.
const source = slices.map((name) => path.join(folder, name));
for await (const { image, result } of model.stream(source, {
  include: ["probabilities"],
  probabilityClasses: [values.structure],
})) {
  const plane = result.probabilities.plane(values.structure);
  const slice = { inside: 0, expected: 0, uncertain: 0 };
  for (const probability of plane) {
    slice.expected += probability;
    if (probability >= 0.5) slice.inside++;
    if (probability > 0.2 && probability < 0.8) slice.uncertain++;
  }
  rows.push({ slice: path.basename(image), ...slice });
  total.inside += slice.inside;
  total.expected += slice.expected;
  total.uncertain += slice.uncertain;
  // Raw float32, row by row: numpy.fromfile(file, "<f4").reshape(height, width) reads it.
  const file = values.output && path.join(values.output, `${path.basename(image)}.f32`);
  if (file) await writeFile(file, new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength));
}
await model.close();

const volume = (voxels) => `${(voxels * millilitres).toFixed(2)} ml`;
console.table(rows);
console.log(`${values.structure} in ${rows.length} slices, each pixel ${millilitres} ml`);
console.log(`  probability of at least 0.5  ${volume(total.inside)}`);
console.log(`  expected volume              ${volume(total.expected)}`);
console.log(`  between 0.2 and 0.8          ${volume(total.uncertain)}`);
