// Values as messages and details show them: enough to find the mistake, never a dump of what the user holds.

const longestText = 80;
const longestList = 4;
const longest = 120;

/** A text of at most `most` characters: the middle of a longer one is left out. */
export function shorten(text: string, most = longest): string {
  if (text.length <= most) return text;
  const kept = Math.floor((most - 1) / 2);
  return `${text.slice(0, kept)}…${text.slice(text.length - kept)}`;
}

/** A path in a message: long ones lose their middle. */
export function showPath(file: string): string {
  return shorten(file, 300);
}

/**
 * A value on one line of at most 120 characters: strings in quotes, short lists of numbers as they are, of
 * other objects the name of their class and of their keys, never what is in them.
 */
export function show(value: unknown): string {
  if (typeof value === "string") return shorten(JSON.stringify(clip(value)));
  if (typeof value === "bigint") return shorten(`${value}n`);
  if (typeof value === "function") return shorten(`function ${value.name || "(anonymous)"}`);
  if (typeof value !== "object" || value === null) return shorten(String(value));
  if (Array.isArray(value)) return showList(value);
  if (ArrayBuffer.isView(value)) return `${className(value)} of ${value.byteLength} bytes`;
  const keys = Object.keys(value).map(clip);
  return clipEnd(`${className(value)} {${keys.length === 0 ? "" : ` ${keys.join(", ")} `}}`, longest);
}

function showList(list: readonly unknown[]): string {
  const plain = list.every((item) => item === null || ["number", "boolean"].includes(typeof item));
  if (!plain) return `Array of ${list.length}`;
  const more = list.length > longestList ? [`… ${list.length - longestList} more`] : [];
  return `[${[...list.slice(0, longestList).map(String), ...more].join(", ")}]`;
}

// "Object" for literals and for objects without a prototype.
function className(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  const name = prototype?.constructor?.name;
  return typeof name === "string" && name !== "" ? clipEnd(name, 40) : "Object";
}

function clip(text: string): string {
  return clipEnd(text, longestText);
}

function clipEnd(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
