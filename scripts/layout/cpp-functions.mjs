// Finds the functions of a C++ file and their lengths by matching braces. No parser: it knows just enough to
// tell a body from a namespace, a class, an initializer and a constructor's member list.
import { lineAt, onlyCode } from "./cpp-text.mjs";

const CONTAINER = /^(?:template\s*<[^{]*>\s*)?(?:inline\s+)?(?:namespace|class|struct|union|enum|extern)\b/;
const ENDS_LIKE_SIGNATURE = /\)(?:\s*(?:const|noexcept|override|final|mutable|&&?|->\s*[\w:<>,*&\s]+))*\s*$/;
const MEMBER_LIST = /\)\s*(?:noexcept\s*)?:(?!:)/;

/** Offset just after the brace that closes the one at `open`. */
function afterMatching(code, open) {
  let depth = 0;
  for (let i = open; i < code.length; i += 1) {
    if (code[i] === "{") depth += 1;
    if (code[i] === "}") depth -= 1;
    if (depth === 0) return i + 1;
  }
  return code.length;
}

/** What the brace after `header` opens. */
function kindOf(header) {
  if (MEMBER_LIST.test(header)) return /[\w>]\s*$/.test(header) ? "initializer" : "function";
  if (CONTAINER.test(header) && !ENDS_LIKE_SIGNATURE.test(header)) return "container";
  const beforeBody = header.replace(/\[[^\]]*\]\s*(?:\([^)]*\))?[^=]*$/, "");
  if (/=\s*$/.test(beforeBody) || !header.includes("(")) return "initializer";
  return ENDS_LIKE_SIGNATURE.test(header) ? "function" : "initializer";
}

function nameOf(header) {
  const match = /(~?[\w:]+|operator\s*\S+?)\s*\(/.exec(header);
  return match ? match[1] : "?";
}

/** `[{ name, line, lines }]`, in the order of the file. `lines` counts from the signature to the last brace. */
export function cppFunctions(source) {
  const code = onlyCode(source);
  const functions = [];
  let start = 0;
  let parens = 0;
  for (let i = 0; i < code.length; i += 1) {
    const c = code[i];
    if (c === "(") parens += 1;
    else if (c === ")") parens -= 1;
    else if (c === "{" && parens > 0) i = afterMatching(code, i) - 1;
    else if (c === "{") {
      const header = code
        .slice(start, i)
        .trim()
        .replace(/^(?:public|private|protected)\s*:\s*/, "");
      const kind = kindOf(header);
      if (kind === "container") {
        start = i + 1;
        continue;
      }
      const end = afterMatching(code, i);
      if (kind === "function") {
        const first = start + code.slice(start).search(/\S/);
        const line = lineAt(code, first);
        functions.push({ name: nameOf(header), line, lines: lineAt(code, end - 1) - line + 1 });
        start = end;
      }
      i = end - 1;
    } else if ((c === ";" || c === "}") && parens === 0) start = i + 1;
  }
  return functions;
}
