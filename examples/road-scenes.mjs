// A folder of road scenes, as they come from a dash camera: an overlay for each picture, and one table of how much of
// each picture every class covers. A picture that cannot be read is reported and does not stop the others.
//
//   node examples/road-scenes.mjs <folder> [--model <package>] [--output <folder>]
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { AutoModel } from "deeplab-rt";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "models/sample" },
    output: { type: "string", default: "road-scenes" },
  },
});
const folder = positionals[0] ?? "assets/samples";
const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
if (names.length === 0) throw new Error(`there are no pictures (JPEG, PNG, WebP) in ${folder}`);
const images = names.map((name) => path.join(folder, name));
await mkdir(values.output, { recursive: true });

const model = await AutoModel.fromPretrained(values.model);
const rows = [["picture", ...model.classNames]];
let failed = 0;

// The stream takes four pictures at a time: while one is in the network, the next is read and decoded.
// `onError: "result"` makes a bad picture an item with an error instead of the end of the stream.
for await (const { image, result, error } of model.stream(images, { onError: "result" })) {
  const name = path.basename(image);
  if (result === undefined) {
    failed++;
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    continue;
  }
  // With its extension: a.jpg and a.png are two pictures.
  const overlay = path.join(values.output, `${name}.overlay.png`);
  await writeFile(overlay, await result.overlay({ image, format: "png" }));
  const classes = await result.classStats();
  rows.push([name, ...classes.map(({ share }) => share.toFixed(4))]);
}
await model.close();

const table = path.join(values.output, "shares.csv");
// Names may hold what separates cells: such a cell stands in quotes, and a quote in it is written twice.
const cell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
await writeFile(table, rows.map((row) => `${row.map(cell).join(",")}\n`).join(""));
console.log(`${rows.length - 1} pictures segmented, ${failed} failed; shares in ${table}`);
process.exitCode = failed > 0 ? 1 : 0;
