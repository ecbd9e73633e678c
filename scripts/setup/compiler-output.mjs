// What a person needs of a failed build: the complaints, not the progress.

const PROGRESS = /^(\[ *\d+(%|\/\d+)\]|-- |INFO |\[\d+\/\d+\])/;

/** The output without its progress lines; all of it where nothing else is left. */
export function complaints(output) {
  const kept = output.split("\n").filter((line) => !PROGRESS.test(line));
  return kept.join("\n").trim() || output;
}
