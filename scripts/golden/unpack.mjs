// Unpacks the golden archive into build/golden:  node scripts/golden/unpack.mjs
// Does nothing when the same archive is already there.

import path from "node:path";
import { isUnpacked, unpackGolden } from "./archive.mjs";

const already = isUnpacked();
const folder = await unpackGolden();
console.log(`${path.relative(process.cwd(), folder)}: ${already ? "already unpacked" : "unpacked"}`);
