// Values as messages and details show them: enough to find the mistake, never a dump of what the user holds.

const longestText = 80;
const longestList = 4;
const longest = 120;

// What moves a terminal's cursor or colours it, begins a line, or turns the direction of what follows.
const controls = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text as one line that only looks like itself: names of files and classes come from anybody. An escape is `\u001b`. */
export function plain(text: string): string {
  return text.replace(controls, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A text of at most `most` characters: the middle of a longer one is left out. */
export function shorten(text: string, most = longest): string {
  if (text.length <= most) return text;
  const kept = Math.floor((most - 1) / 2);
  return `${text.slice(0, kept)}…${text.slice(text.length - kept)}`;
}

/** A path in a message, {@link plain}: long ones lose their middle. */
export function showPath(file: string): string {
  return shorten(plain(file), 300);
}

/**
 * A value on one line of at most 120 characters: strings in quotes, short lists of numbers as they are, of
 * other objects the name of their class and of their keys, never what is in them.
 */
export function show(value: unknown): string {
  if (typeof value === "string") return shorten(plain(JSON.stringify(clip(value))));
  if (typeof value === "bigint") return shorten(`${value}n`);
  if (typeof value === "function") return shorten(plain(`function ${value.name || "(anonymous)"}`));
  if (typeof value !== "object" || value === null) return shorten(String(value));
  if (Array.isArray(value)) return showList(value);
  if (ArrayBuffer.isView(value)) return `${className(value)} of ${value.byteLength} bytes`;
  const keys = Object.keys(value).map((key) => plain(clip(key)));
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
