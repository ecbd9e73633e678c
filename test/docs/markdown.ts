// What the tests of the documents read in them: files, headings, links and blocks of code.

import fs from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

/** Every document that is written by hand, by its path from the root. */
export const documents: readonly string[] = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "THIRD_PARTY.md"],
  ...["prebuilds/README.md", "examples/README.md"],
  ...fs
    .readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.startsWith("api"))
    .map((name) => `docs/${name.split(path.sep).join("/")}`),
];

export const read = (name: string) => fs.readFileSync(path.join(root, name), "utf8");

/** A fenced block of code. */
export interface Block {
  readonly document: string;
  /** Line of its first line in the document, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** What the comment before it says: `<!-- not run: why -->`. */
  readonly note: string;
}

/** The fenced blocks of a text. */
export function blocksOf(document: string, text: string): Block[] {
  return [...text.matchAll(/^(?:<!-- (.*?) -->\n+)?```(\w*)[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => {
    const [whole, note = "", language = "", code = ""] = match;
    const before = text.slice(
      0,
      match.index + whole.lastIndexOf(`\`\`\`${language}`, whole.length - 4 - code.length),
    );
    return { document, line: before.split("\n").length + 1, language, code, note };
  });
}

/** The anchors of a text as GitHub makes them from its headings, and those that it sets itself. */
export function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set([...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = ""]) => id));
  for (const [, heading = ""] of withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
    seen.set(slug, count + 1);
  }
  return anchors;
}

function slugOf(heading: string): string {
  const words = heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase();
  return words.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
}

/** Where the links and pictures of a text lead, but for the web: `{ file, anchor }`, either may be empty. */
export function linksOf(text: string): { file: string; anchor: string }[] {
  const plain = withoutBlocks(text).replace(/`[^`\n]*`/g, "");
  const inline = [...plain.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, target = ""]) => target);
  const references = [...plain.matchAll(/^\[[^\]]+\]: (\S+)/gm)].map(([, target = ""]) => target);
  return [...inline, ...references]
    .filter((target) => !/^(https?|mailto):/.test(target))
    .map((target) => ({ file: target.split("#")[0] ?? "", anchor: target.split("#")[1] ?? "" }));
}

function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}
