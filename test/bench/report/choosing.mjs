// The tables of docs/choosing.md: the rows of a report that help to choose, and no more.
import { machineLine } from "../machine.mjs";
import { markdownTable } from "./markdown.mjs";

// The stages of deeplab-rt's own two rows, whatever the picture.
const columns = ["picture", "asked for", "ms a request [quartiles]", "before", "network", "after"];

function stageRows({ title, rows }) {
  return rows
    .filter(([contender]) => contender === "deeplab-rt" || contender === "deeplab-rt, map only")
    .map(([contender, milliseconds, , before, network, after]) => [
      title.replace(/ picture$/, ""),
      contender === "deeplab-rt" ? "map and confidence" : "map",
      ...[milliseconds, before, network, after],
    ]);
}

// Without its title, which stands in the text around it.
const untitled = (table) => markdownTable({ title: "", ...table }).slice(2);

/** By name, the body of each place in docs/choosing.md. */
export function choosingBodies({ machine, settings, scenarios }) {
  const { encoders, sizes, resizes, classes, callers } = scenarios;
  const where = `${machineLine(machine)}; ${settings.threads} engine threads:`;
  const tables = {
    encoders: encoders?.tables[0],
    pictures: sizes && { columns, rows: sizes.tables.flatMap(stageRows) },
    resizes: resizes?.tables[0],
    classes: classes && { columns, rows: classes.tables.flatMap(stageRows) },
    callers: callers?.tables[0],
  };
  return Object.fromEntries(
    Object.entries(tables)
      .filter(([, table]) => table !== undefined)
      .map(([name, { columns, rows }]) => [name, [where, "", ...untitled({ columns, rows })].join("\n")]),
  );
}
