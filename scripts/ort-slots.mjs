// Slot numbers of ONNX Runtime's function table, from the order of `pub struct OrtApi` in the Rust crate
// ort-sys: an independent list that native/infer/ort_api.h is held against. Names and numbers only.
//   node scripts/ort-slots.mjs            writes test/fixtures/ort-slots.json (needs cargo)
//   node scripts/ort-slots.mjs --check    fails when the file differs from the crate
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const CRATE = "ort-sys";
const VERSION = "2.0.0-rc.15";
/** The table's version before the crate's first `api-N` feature: what GetApi(17) has. */
const BASE_API = 17;
const TARGET = fileURLToPath(new URL("../test/fixtures/ort-slots.json", import.meta.url));

const MANIFEST = `[package]
name = "slots"
version = "0.0.0"
edition = "2021"

[dependencies]
${CRATE} = { version = "=${VERSION}", default-features = false }
`;

/** Lets cargo fetch the crate into its own cache and returns the text of its `src/lib.rs`. */
function readCrate() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ort-slots-"));
  try {
    fs.mkdirSync(path.join(folder, "src"));
    fs.writeFileSync(path.join(folder, "src", "lib.rs"), "");
    fs.writeFileSync(path.join(folder, "Cargo.toml"), MANIFEST);
    const args = ["metadata", "--format-version", "1", "--quiet"];
    const options = { cwd: folder, encoding: "utf8", maxBuffer: 1 << 26 };
    const { packages } = JSON.parse(execFileSync("cargo", args, options));
    const found = packages.find(({ name, version }) => name === CRATE && version === VERSION);
    return fs.readFileSync(path.join(path.dirname(found.manifest_path), "src", "lib.rs"), "utf8");
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The members of `OrtApi` in order: `[{ name, api }]`. Twins for other platforms count once. */
function readMembers(source) {
  const start = source.indexOf("pub struct OrtApi {");
  const body = source.slice(start, source.indexOf("\n}", start));
  const members = [];
  let api = BASE_API;
  for (const line of body.split("\n").slice(1)) {
    const feature = /^\s*#\[cfg\(feature = "api-(\d+)"\)\]/.exec(line);
    const member = /^\s*pub (\w+):/.exec(line);
    if (feature) api = Number(feature[1]);
    if (!member) continue;
    if (members.at(-1)?.name !== member[1]) members.push({ name: member[1], api });
    api = BASE_API;
  }
  return members;
}

function toJson(members) {
  const slots = Object.fromEntries(members.map(({ name }, slot) => [name, slot]));
  const apiSlots = {};
  for (const [slot, { api }] of members.entries()) apiSlots[api] = slot + 1;
  return `${JSON.stringify({ source: `${CRATE} ${VERSION}`, apiSlots, slots }, null, 2)}\n`;
}

const made = toJson(readMembers(readCrate()));
if (!process.argv.includes("--check")) {
  fs.writeFileSync(TARGET, made);
  console.log(`${path.relative(process.cwd(), TARGET)}: ${Object.keys(JSON.parse(made).slots).length} slots`);
} else if (fs.readFileSync(TARGET, "utf8") !== made) {
  console.error(
    `${path.relative(process.cwd(), TARGET)} differs from ${CRATE} ${VERSION}; run this script without --check.`,
  );
  process.exitCode = 1;
}
