// Tables for documents, and the places in documents that the benchmark writes itself.

const escaped = (text) => text.replaceAll("|", "\\|");

/** Lines of one table, its title in bold above it. */
export function markdownTable({ title, columns, rows }) {
  const line = (cells) => `| ${cells.map(escaped).join(" | ")} |`;
  return [`**${title}**`, "", line(columns), line(columns.map(() => "---")), ...rows.map(line), ""];
}

/**
 * Replaces what stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`.
 *
 * @throws where the document has no such place: text written nowhere would be lost silently
 */
export function replaceBetween(document, name, text) {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`expected ${begin} … ${end} in the document`);
  return `${document.slice(0, from + begin.length)}\n${text.trim()}\n${document.slice(to)}`;
}
