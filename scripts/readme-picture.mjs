// Draws docs/images/sample.jpg: the sample pictures above, what the sample model sees in them below.
// Run after npm start:  node scripts/readme-picture.mjs
import fs from "node:fs";
import sharp from "sharp";
import { AutoModel } from "../dist/index.mjs";
import { inRoot, relative } from "./setup/paths.mjs";

const TILE = { width: 400, height: 300 };
const GAP = 8;

const pictures = fs.readdirSync(inRoot("assets/samples")).sort();
const tiles = [];
const model = await AutoModel.fromPretrained(inRoot("models/sample"));
for (const [column, name] of pictures.entries()) {
  const file = inRoot("assets/samples", name);
  const result = await model.infer(file);
  const overlay = await result.overlay({ image: file, format: "png" });
  for (const [row, source] of [file, overlay].entries()) {
    const input = await sharp(source).resize(TILE.width, TILE.height).toBuffer();
    tiles.push({ input, left: column * (TILE.width + GAP), top: row * (TILE.height + GAP) });
  }
}
await model.close();

const target = inRoot("docs/images/sample.jpg");
fs.mkdirSync(inRoot("docs/images"), { recursive: true });
const width = pictures.length * (TILE.width + GAP) - GAP;
const canvas = { create: { width, height: 2 * TILE.height + GAP, channels: 3, background: "white" } };
await sharp(canvas).composite(tiles).jpeg({ quality: 82 }).toFile(target);
console.log(relative(target));
