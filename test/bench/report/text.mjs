// Tables for a terminal.

const width = (text) => [...text].length;
const pad = (text, size) => text + " ".repeat(size - width(text));

/** Lines of one table: columns as wide as their widest cell. */
export function textTable({ title, columns, rows }) {
  const widths = columns.map((column, i) => Math.max(width(column), ...rows.map((row) => width(row[i]))));
  const line = (row) => `  ${row.map((cell, i) => pad(cell, widths[i])).join("   ")}`.trimEnd();
  return ["", title, line(columns), line(widths.map((size) => "─".repeat(size))), ...rows.map(line)];
}
