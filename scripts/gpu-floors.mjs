// The floors of docs/gpu-performance.md: node scripts/gpu-floors.mjs prints them, --write puts them into the document.
import fs from "node:fs";
import { floorsBody, floorTables } from "../test/bench/gpu/floor-tables.mjs";
import { replaceBetween } from "../test/bench/report/markdown.mjs";
import { textTable } from "../test/bench/report/text.mjs";
import { inRoot } from "./setup/paths.mjs";

if (process.argv.includes("--write")) {
  const file = inRoot("docs/gpu-performance.md");
  fs.writeFileSync(file, replaceBetween(fs.readFileSync(file, "utf8"), "floors", floorsBody()));
} else {
  for (const table of floorTables()) for (const line of textTable(table)) console.log(line);
}
