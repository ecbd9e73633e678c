// The API reference: pages made of the comments in lib/ by TypeDoc. They are made where they are wanted (npm run docs, and
// npm run pack for the package), not committed: every change of a comment would be there twice.
import { Application, LogLevel, ReflectionKind } from "typedoc";
import { inRoot } from "../setup/paths.mjs";
import { SetupError } from "../setup/setup-error.mjs";

/** Where the pages go. */
export const REFERENCE = inRoot("docs/api");

// Properties explain themselves mostly (`width`); options never do, and are looked after below.
const documented = ["Class", "Interface", "TypeAlias", "Variable", "Function", "Method", "Accessor"];

const OPTIONS = {
  name: "deeplab-rt",
  logLevel: "Warn",
  entryPoints: [inRoot("lib/index.ts")],
  tsconfig: inRoot("tsconfig.json"),
  // TypeDoc empties this folder first: nothing else may ever be named here.
  out: REFERENCE,
  plugin: ["typedoc-plugin-markdown"],
  readme: "none",
  excludeInternal: true,
  disableGit: true,
  disableSources: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  parametersFormat: "table",
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  requiredToBeDocumented: documented,
};

/**
 * Reads lib/ and says what is wrong with its documentation: `{ problems, write }`. `problems` are sentences, none
 * where all is well; `write()` makes the pages.
 */
export async function apiReference() {
  const app = await Application.bootstrapWithPlugins(OPTIONS);
  const problems = collectMessages(app.logger);
  const project = await app.convert();
  if (project === undefined) return { problems, write: undefined };
  app.validate(project);
  problems.push(...undocumentedOptions(project));
  return { problems, write: () => app.generateOutputs(project) };
}

/** Makes the pages in {@link REFERENCE}; a SetupError names every export without a comment. */
export async function writeReference() {
  const { problems, write } = await apiReference();
  if (problems.length > 0 || write === undefined) {
    throw new SetupError(`${problems.length} problems with the comments in lib/:\n${problems.join("\n")}`);
  }
  await write();
}

function collectMessages(logger) {
  const messages = [];
  logger.log = (text, level) => {
    if (level >= LogLevel.Warn) messages.push(text);
  };
  return messages;
}

function undocumentedOptions(project) {
  return project
    .getReflectionsByKind(ReflectionKind.Interface)
    .filter(({ name }) => name.endsWith("Options"))
    .flatMap(({ children = [] }) => children)
    .filter((child) => !child.hasComment())
    .map((child) => `${child.getFullName()} is an option without a comment.`);
}
