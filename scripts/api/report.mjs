// The public declarations of the package as one text: what a reviewer reads to see how a change touches users.
// TypeScript's own compiler walks the exports of dist/index.d.ts, which is what ships: nothing of it is left out but
// comments, names are sorted. What is marked `@internal` in lib/ is not in dist/ (stripInternal of tsconfig.json).
import { execFileSync } from "node:child_process";
import path from "node:path";
import ts from "typescript";
import { inRoot } from "../setup/paths.mjs";

/** Where the committed report lies. */
export const REPORT = inRoot("docs/api-report.d.ts");

/** What to do where report and declarations differ. */
export const UPDATE = "npm run api:report";

const HEADER = `// What a user can import from "deeplab-rt", without comments. Made by \`${UPDATE}\`; a test compares it with the sources,
// so that no change of the public API goes in unseen. The documented declarations are in dist/, the reference is made
// by \`npm run docs\`.
`;

/**
 * The report of a compiled entry file: `{ text, forgotten }`. `forgotten` names what the public declarations use and
 * nobody can import: each should be exported, or hidden from them.
 */
export function apiReport(entry = inRoot("dist/index.d.ts")) {
  const reader = new ExportReader(entry);
  const blocks = [...reader.names.keys()].sort(byCodeUnit).map((name) => reader.declarations(name));
  const text = formatted(`${HEADER}\n${blocks.join("\n\n")}\n`);
  return { text, forgotten: [...reader.forgotten].sort(byCodeUnit) };
}

// The same everywhere, whatever the language of the machine.
const byCodeUnit = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

class ExportReader {
  /** Symbols by exported name. */
  names = new Map();
  forgotten = new Set();
  #checker;
  #folder;
  #printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });
  #exportedAs = new Map();

  constructor(entry) {
    this.#folder = `${path.dirname(entry).split(path.sep).join("/")}/`;
    const program = ts.createProgram([entry], {
      ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Node20, lib: ["lib.es2023.d.ts"] },
      ...{ types: ["node"], typeRoots: [inRoot("node_modules/@types")], skipLibCheck: true, noEmit: true },
    });
    this.#checker = program.getTypeChecker();
    const module = this.#checker.getSymbolAtLocation(program.getSourceFile(entry));
    for (const symbol of this.#checker.getExportsOfModule(module)) {
      const target = this.#resolved(symbol);
      this.names.set(symbol.name, target);
      this.#exportedAs.set(target, symbol.name);
    }
  }

  /** The text of everything declared by this name. */
  declarations(name) {
    return this.names
      .get(name)
      .declarations.map((declaration) => this.#print(statementOf(declaration)))
      .join("\n");
  }

  #print(statement) {
    const visited = ts.transform(statement, [(context) => (node) => this.#visit(node, context)]);
    return this.#printer.printNode(
      ts.EmitHint.Unspecified,
      visited.transformed[0],
      statement.getSourceFile(),
    );
  }

  #visit(node, context) {
    if (ts.isIdentifier(node)) return this.#identifier(node);
    return ts.visitEachChild(node, (child) => this.#visit(child, context), context);
  }

  // A file may know a type by another name than users do: the report says theirs.
  #identifier(node) {
    const symbol = this.#checker.getSymbolAtLocation(node);
    const target = symbol && this.#resolved(symbol);
    const exported = this.#exportedAs.get(target);
    if (exported !== undefined) return ts.factory.createIdentifier(exported);
    if (this.#isOwn(target)) this.forgotten.add(target.name);
    return node;
  }

  // Declared by itself in a file of the package, and not a member of something.
  #isOwn(symbol) {
    const [declaration] = symbol?.declarations ?? [];
    if (!declaration?.getSourceFile().fileName.startsWith(this.#folder)) return false;
    const statement = statementOf(declaration);
    return (
      ts.isSourceFile(statement.parent) && (statement === declaration || ts.isVariableStatement(statement))
    );
  }

  #resolved(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }
}

function statementOf(declaration) {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
}

// As the sources are formatted: long lists one entry a line, so that a diff shows what changed.
function formatted(text) {
  const biome = inRoot("node_modules/@biomejs/biome/bin/biome");
  const args = [biome, "format", "--stdin-file-path=lib/api-report.d.ts"];
  return execFileSync(process.execPath, args, { cwd: inRoot(), input: text, encoding: "utf8" });
}
