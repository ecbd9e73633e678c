// The class names of a package as a TypeScript declaration file: what `deeplab-rt types` writes.

import { createHash } from "node:crypto";
import path from "node:path";
import { invalidOption, optionObject, stringOption } from "./checks.js";
import { readClassNames } from "./packages/class-names.js";
import { packageFiles, readPackageFile } from "./packages/files.js";

/** How class names become a type. */
export interface ClassTypesOptions {
  /** Name of the type: an identifier that is no word of the language. @default "Classes" */
  readonly typeName?: string | undefined;
}

/** Where class names come from: for the file's first lines. */
export interface ClassTypesOrigin {
  /** Name of the package. */
  readonly name: string;
  /** SHA-256 of its class_names.txt, hexadecimal. */
  readonly sha256: string;
}

const defaultName = "Classes";
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
// Words that cannot be declared as a type, or that mean another one.
const words =
  "any as asserts async await bigint boolean break case catch class const continue debugger declare default delete do " +
  "else enum export extends false finally for from function get if implements import in infer instanceof interface " +
  "intrinsic is keyof let module namespace never new null number object of package private protected public readonly " +
  "require return set static string super switch symbol this throw true try type typeof undefined unique unknown var " +
  "void while with yield";
const reserved = new Set(words.split(" "));

/**
 * The text of the declaration file of a package: a union of its class names, for
 * `AutoModel.fromPretrained<Classes>(folder)`.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID, PACKAGE_MISSING_FILE, PACKAGE_UNREADABLE, PACKAGE_INVALID
 */
export async function packageClassTypes(folder: string, options?: ClassTypesOptions): Promise<string> {
  const name = parseTypeName(options); // before a file is read
  const { names } = await readClassNames(folder);
  const bytes = await readPackageFile(folder, packageFiles.classNames);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return classTypes(names, { name: path.basename(path.resolve(folder)), sha256 }, { typeName: name });
}

/**
 * The same for names that are known already.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID
 */
export function classTypes(
  classNames: readonly string[],
  { name, sha256 }: ClassTypesOrigin,
  options?: ClassTypesOptions,
): string {
  const typeName = parseTypeName(options);
  const members = [...new Set(classNames)].map((className) => `  | ${literal(className)}`);
  return [
    `// Class names of the package ${literal(name)}, written by deeplab-rt types: do not edit.`,
    `// SHA-256 of its class_names.txt: ${sha256}`,
    "",
    `/** Class names of the package, for AutoModel.fromPretrained<${typeName}>(folder). */`,
    `export type ${typeName} =`,
    `${members.join("\n")};`,
    "",
  ].join("\n");
}

function parseTypeName(options: ClassTypesOptions | undefined): string {
  const given = optionObject(options, "options of the class types", ["typeName"]);
  return checkTypeName(stringOption(given.typeName, "typeName") ?? defaultName, "typeName");
}

/**
 * The name, where TypeScript takes it for a type.
 * @param option How messages call it.
 * @throws DeepLabError OPTION_INVALID
 */
export function checkTypeName(name: string, option: string): string {
  if (identifier.test(name) && !reserved.has(name)) return name;
  return invalidOption(option, `a TypeScript identifier such as "${defaultName}"`, name);
}

// Characters that end a line, or that an editor does not show as what they are.
const unseen = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

// JSON's strings are TypeScript's, lone surrogates and control characters as escapes.
function literal(text: string): string {
  return JSON.stringify(text).replace(
    unseen,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
