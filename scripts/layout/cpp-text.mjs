// C++ source with what is not code blanked out. Lengths and line breaks stay, so offsets are those of the file.

function blank(text) {
  return text.replace(/[^\n]/g, " ");
}

// In order: raw string, line comment, block comment, string, character. The first match at a place wins.
const NON_CODE =
  /R"([^\s()\\]{0,16})\([\s\S]*?\)\1"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|(?<![\w'])'(?:\\.|[^'\\\n])+'/g;

/** Comments blanked; strings and include paths kept. */
export function withoutComments(source) {
  return source.replace(NON_CODE, (token) =>
    token.startsWith("//") || token.startsWith("/*") ? blank(token) : token,
  );
}

/** Comments, strings, characters and preprocessor lines (with their continuations) blanked. */
export function onlyCode(source) {
  return source.replace(NON_CODE, blank).replace(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm, blank);
}

/** 1-based line of an offset. */
export function lineAt(source, offset) {
  let line = 1;
  for (let i = source.indexOf("\n"); i >= 0 && i < offset; i = source.indexOf("\n", i + 1)) line += 1;
  return line;
}
