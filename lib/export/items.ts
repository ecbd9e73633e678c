// What the exports of whole data sets share: the list of pictures, and the names of their files.

import { optionObject } from "../checks.js";
import { DeepLabError } from "../errors.js";
import { show } from "../show.js";
import { type CheckedMaps, checkMaps, type SegmentationMaps } from "../visualize/maps.js";

/** A picture of a data set: a result (or maps like one), and the file it is of. */
export interface ExportItem {
  readonly maps: SegmentationMaps;
  /**
   * The picture's file as the data set is to name it, `/` between folders: `"cam1/0001.jpg"`. For COCO any relative path;
   * CVAT's folder has files of these names, so none that some system cannot hold.
   */
  readonly fileName: string;
}

/** Pictures at once, or one after the other: then each can be let go before the next is made. */
export type ExportItems<Item extends ExportItem = ExportItem> = Iterable<Item> | AsyncIterable<Item>;

/** An item, checked. */
export interface CheckedItem {
  readonly maps: CheckedMaps;
  /** As they were given: perhaps a result, whose memory may go. */
  readonly given: unknown;
  readonly fileName: string;
  readonly id: unknown;
}

/** What a format asks of names. */
export interface NameRules {
  /** What must differ; the whole name unless a format leaves something out, or files would fall together. */
  readonly keyOf?: (fileName: string) => string;
  /** Whether files are made of them, and lists with a name a line. */
  readonly areFiles?: boolean;
}

/**
 * The items one by one, checked: all with the same classes, no file name twice.
 * @throws DeepLabError OPTION_UNKNOWN, OPTION_INVALID; what the iteration throws
 */
export async function* checkedItems(
  items: unknown,
  where: string,
  { keyOf = (name) => name, areFiles = false }: NameRules = {},
): AsyncGenerator<CheckedItem> {
  const given = Object(items) as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
  if (given[Symbol.asyncIterator] === undefined && given[Symbol.iterator] === undefined) {
    throw refused(
      `Expected the items for ${where} to be a list or an iteration of { maps, fileName }`,
      items,
    );
  }
  const names = new Set<string>();
  let first: CheckedMaps | undefined;
  for await (const value of given as AsyncIterable<unknown>) {
    const { maps, fileName, id } = optionObject(value, `an item for ${where}`, ["maps", "fileName", "id"]);
    const name = keyOf(checkedName(fileName, where, areFiles));
    if (names.has(name)) throw refused(`Two items for ${where} have the same file name`, name);
    names.add(name);
    const checked = checkMaps(maps, where);
    first ??= checked;
    checkSameClasses(first, checked, where);
    yield { maps: checked, given: maps, fileName: fileName as string, id };
  }
}

// Nothing that leaves the data set's folder.
function checkedName(value: unknown, where: string, areFiles: boolean): string {
  const isRelative =
    typeof value === "string" &&
    value.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (isRelative && (!areFiles || isFileName(value))) return value;
  const rules = areFiles
    ? 'without "..", control characters or any of \\ : * ? " < > |, at most 250 bytes a name'
    : 'without ".."';
  throw refused(
    `Expected fileName of an item for ${where} to be a relative path with "/" between its folders, ${rules}`,
    value,
  );
}

// File systems take 255 bytes a name; a picture's may change its extension.
const mostNameBytes = 250;

// On any system, and in a list of names, one a line.
function isFileName(name: string): boolean {
  const isPart = (part: string) =>
    part.trim() === part && !/^\.+$/.test(part) && Buffer.byteLength(part) <= mostNameBytes;
  return !/[\p{Cc}\p{Zl}\p{Zp}\\:*?"<>|]/u.test(name) && name.split("/").every(isPart);
}

function checkSameClasses(first: CheckedMaps, other: CheckedMaps, where: string): void {
  const same =
    first === other ||
    (first.backgroundClassId === other.backgroundClassId &&
      first.classNames.length === other.classNames.length &&
      first.classNames.every((name, id) => name === other.classNames[id]));
  if (!same)
    throw refused(`Expected all items for ${where} to have the same classes as the first`, other.classNames);
}

function refused(expected: string, found: unknown): DeepLabError {
  return new DeepLabError("OPTION_INVALID", `${expected}, but received ${show(found)}.`, {
    detail: { option: "items", expected, found: show(found) },
  });
}
