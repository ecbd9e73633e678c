// Packs the ONNX cases of the golden set into the one archive that the repository carries:
//   node scripts/golden/pack.mjs <golden folder>
// The same input always gives the same bytes: inner gzip is undone, equal contents are stored once (tar hard
// links), names are sorted, times and owners are fixed, and xz runs on one thread. Needs the `xz` command.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import * as tar from "tar";
import { archiveFile, hashFile, sha256 } from "./archive.mjs";

const sizeLimit = 30 * 1024 * 1024;

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** A path or format of the set as it is called once gzip is undone. */
const withoutGzip = (name) => name.replace(/\.gz$/, "");

/** Copies a manifest value, dropping ".gz" from every file name and format, and notes the files it names. */
function rewrite(value, files) {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, files));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, item]) => {
    if ((key === "file" || key === "image") && typeof item === "string") files.add(item);
    const renamed =
      (key === "file" || key === "format") && typeof item === "string" ? withoutGzip(item) : item;
    return [key, rewrite(renamed, files)];
  });
  return Object.fromEntries(entries);
}

/** The manifest of the ONNX cases alone, and every file that those cases need. */
function selectCases(source) {
  const manifest = JSON.parse(fs.readFileSync(path.join(source, "manifest.json"), "utf8"));
  const files = new Set();
  const cases = manifest.cases.filter((item) => item.backend === "onnx").map((item) => rewrite(item, files));
  for (const folder of new Set(cases.map((item) => item.package))) {
    const absolute = path.join(source, folder);
    // One case opens a folder that does not exist; it must not exist here either.
    if (!fs.existsSync(absolute)) continue;
    for (const name of fs.readdirSync(absolute)) files.add(`${folder}/${name}`);
  }
  const images = Object.fromEntries(Object.entries(manifest.images).filter(([name]) => files.has(name)));
  return { manifest: { ...manifest, images, cases }, files: [...files] };
}

/** Writes the set into `stage`; a content seen before becomes a hard link to its first file. */
function stageFiles(source, stage, selection) {
  const contents = new Map([["manifest.json", Buffer.from(JSON.stringify(selection.manifest))]]);
  for (const name of selection.files) {
    const bytes = fs.readFileSync(path.join(source, name));
    contents.set(withoutGzip(name), name.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  }
  const first = new Map();
  const names = [...contents.keys()].sort();
  for (const name of names) {
    const target = path.join(stage, name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    const hash = sha256(contents.get(name));
    const earlier = first.get(hash);
    if (earlier === undefined) {
      fs.writeFileSync(target, contents.get(name), { mode: 0o644 });
      first.set(hash, target);
    } else {
      fs.linkSync(earlier, target);
    }
  }
  return { names, unique: first.size };
}

function compress(tarFile) {
  const xz = spawnSync("xz", ["-9e", "-T1", "--check=crc64", "--stdout", tarFile], { maxBuffer: 2 ** 30 });
  if (xz.error?.code === "ENOENT") fail("The command `xz` is missing: apt-get install xz-utils.");
  if (xz.status !== 0) fail(`xz ended with ${xz.status ?? xz.signal}: ${xz.stderr}`);
  return xz.stdout;
}

const source = process.argv[2];
if (source === undefined || !fs.existsSync(path.join(source, "manifest.json"))) {
  fail(
    "usage: node scripts/golden/pack.mjs <golden folder>   (a folder with manifest.json, images, packages, expected)",
  );
}
const stage = fs.mkdtempSync(path.join(os.tmpdir(), "golden-pack-"));
try {
  const tree = path.join(stage, "tree");
  fs.mkdirSync(tree);
  const { names, unique } = stageFiles(source, tree, selectCases(source));
  const tarFile = path.join(stage, "golden.tar");
  tar.create({ sync: true, file: tarFile, cwd: tree, portable: true, mtime: new Date(0) }, names);
  const bytes = compress(tarFile);
  if (bytes.length > sizeLimit)
    fail(`The archive has ${bytes.length} bytes, more than the ${sizeLimit} allowed.`);
  fs.writeFileSync(archiveFile, bytes);
  const hash = createHash("sha256").update(bytes).digest("hex");
  fs.writeFileSync(hashFile, `${hash}  ${path.basename(archiveFile)}\n`);
  console.log(`${names.length} files, ${unique} contents, ${bytes.length} bytes, sha256 ${hash}`);
} finally {
  fs.rmSync(stage, { recursive: true, force: true });
}
