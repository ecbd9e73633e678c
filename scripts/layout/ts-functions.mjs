// Finds the functions of a TypeScript or JavaScript file and their lengths, with the compiler's own parser.
import ts from "typescript";

/** A describe() body is a list of tests, not a function that someone has to hold in mind. */
function isTestGroup(node) {
  const call = node.parent;
  return ts.isCallExpression(call) && /^describe\b/.test(call.expression.getText());
}

function nameOf(node) {
  if (node.name) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return "constructor";
  const { parent } = node;
  if (parent && (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)))
    return parent.name.getText();
  if (parent && ts.isCallExpression(parent)) return `${parent.expression.getText().split("\n")[0]}(…)`;
  return "anonymous";
}

/** `[{ name, line, lines }]`, outer functions before inner ones. */
export function tsFunctions(source, fileName) {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true);
  const functions = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body && !isTestGroup(node)) {
      const first = file.getLineAndCharacterOfPosition(node.getStart()).line;
      const last = file.getLineAndCharacterOfPosition(node.getEnd()).line;
      functions.push({ name: nameOf(node), line: first + 1, lines: last - first + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return functions;
}

/** `[{ specifier, line }]`: static and dynamic imports, re-exports and require() calls, wherever they stand. */
export function tsImports(source, fileName) {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true);
  const imports = [];
  const add = (literal) => {
    const { line } = file.getLineAndCharacterOfPosition(literal.getStart());
    imports.push({ specifier: literal.text, line: line + 1 });
  };
  const visit = (node) => {
    const declared =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier : undefined;
    if (declared && ts.isStringLiteral(declared)) add(declared);
    if (ts.isCallExpression(node) && node.arguments[0] && ts.isStringLiteralLike(node.arguments[0])) {
      const callee = node.expression;
      if (
        callee.kind === ts.SyntaxKind.ImportKeyword ||
        /^(require|module\.require)$/.test(callee.getText())
      ) {
        add(node.arguments[0]);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return imports;
}
