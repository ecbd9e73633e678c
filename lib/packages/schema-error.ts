// What a schema found wrong in a file of the package, as one error: field by field, what was found and what is allowed.

import type { core } from "zod";
import { DeepLabError } from "../errors.js";
import { show } from "../show.js";

interface Problem {
  readonly field: string;
  readonly found: string;
  readonly allowed: string;
}

const mostProblems = 6;

/** PACKAGE_INVALID about the fields of one JSON file; `detail` has the first problem, and all of them. */
export function schemaError(issues: readonly core.$ZodIssue[], json: unknown, file: string): DeepLabError {
  const problems = issues.filter((issue) => !isInside(issue, issues)).map((issue) => describe(issue, json));
  const lines = problems
    .slice(0, mostProblems)
    .map(({ field, found, allowed }) => `  ${field}: found ${found}, allowed: ${allowed}`);
  const more = problems.length > mostProblems ? [`  … and ${problems.length - mostProblems} more`] : [];
  const fields = problems.length === 1 ? "a wrong field" : `${problems.length} wrong fields`;
  return new DeepLabError("PACKAGE_INVALID", [`${file} has ${fields}:`, ...lines, ...more].join("\n"), {
    detail: { file, ...problems[0], problems },
  });
}

// What is wrong inside a value that is wrong as a whole only repeats it.
function isInside(issue: core.$ZodIssue, issues: readonly core.$ZodIssue[]): boolean {
  return issues.some(
    ({ path: outer }) => outer.length < issue.path.length && outer.every((key, i) => key === issue.path[i]),
  );
}

// Every schema's message is what is allowed; what was found is read from the JSON by the issue's path.
function describe(issue: core.$ZodIssue, json: unknown): Problem {
  const found = issue.path.reduce<unknown>((value, key) => Object(value)[key], json);
  return {
    field: issue.path.map(String).join("."),
    found: found === undefined ? "nothing" : show(found),
    allowed: issue.message,
  };
}
