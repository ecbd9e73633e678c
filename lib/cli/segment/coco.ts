// The one file that COCO's format has for all pictures: gathered picture by picture, written whole, continued later.

import { readFile } from "node:fs/promises";
import { DeepLabError } from "../../errors.js";
import { type CocoFile, toCOCO } from "../../export/coco.js";
import { categoriesOf } from "../../export/coco-categories.js";
import type { ModelInfo } from "../../model-info.js";
import { showPath } from "../../show.js";
import { commaText } from "../parse.js";
import { writeWhole } from "../write-file.js";
import type { Segmented } from "./encode.js";

/** The file, and in COCO's own place for remarks what it was begun with: a part of the classes cannot be seen later. */
interface OwnFile extends CocoFile {
  readonly info?: { readonly description?: string; readonly classes?: readonly string[] | null };
}

// Written meanwhile, for an end without a word: not so often that it is what takes the time.
const saveEvery = { pictures: 200, ms: 60_000, timesItsTime: 20 };

/** COCO's file while the command runs. */
export class CocoCollection {
  readonly file: string;
  /** Whether there is a file. */
  readonly exists: boolean;
  readonly #before: OwnFile;
  readonly #names: ReadonlySet<string>;
  readonly #classes: readonly string[] | undefined;
  readonly #pictures = new Map<string, CocoFile>();
  #saved = { pictures: 0, at: performance.now(), took: 0 };

  private constructor(
    file: string,
    exists: boolean,
    before: OwnFile,
    classes: readonly string[] | undefined,
  ) {
    this.file = file;
    this.exists = exists;
    this.#before = before;
    this.#names = new Set(before.images.map(({ file_name }) => file_name));
    this.#classes = classes;
  }

  /**
   * @param isContinued Its pictures stay, and new ones come after them.
   * @param classes The only ones that are written; undefined: all.
   * @throws DeepLabError OPTION_INVALID where it is to be continued and is no such file, or one of other classes
   */
  static async open(
    file: string,
    isContinued: boolean,
    classes: readonly string[] | undefined,
  ): Promise<CocoCollection> {
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    const exists = text !== undefined;
    const before =
      isContinued && exists ? parsed(text, file) : { images: [], annotations: [], categories: [] };
    const begun = before.info?.classes ?? null;
    if (isContinued && exists && classList(begun) !== classList(classes ?? null)) {
      throw otherClasses(file, begun);
    }
    return new CocoCollection(file, exists, before, classes);
  }

  /** Whether a picture of this name is in the file that is continued. */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  /**
   * Whether the model can go on with the file.
   * @throws DeepLabError OPTION_INVALID where it has other categories
   */
  checkModel({ classNames, backgroundClassId, channels }: ModelInfo): void {
    if (this.#before.images.length === 0) return;
    const idCount = Math.max(classNames.length, channels);
    const { list } = categoriesOf(undefined, this.#classes, { classNames, backgroundClassId, idCount });
    if (JSON.stringify(list) !== JSON.stringify(this.#before.categories)) throw otherCategories(this.file);
  }

  /**
   * One more picture.
   * @param name Of this one alone: another of the same name would take its place.
   * @throws DeepLabError INTERNAL where another has it
   */
  async add(name: string, result: Segmented): Promise<void> {
    if (this.has(name) || this.#pictures.has(name))
      throw new DeepLabError("INTERNAL", `Two pictures of COCO's file are called ${showPath(name)}.`);
    const options = this.#classes === undefined ? {} : { classes: this.#classes };
    this.#pictures.set(name, await toCOCO([{ maps: result, fileName: name }], options));
  }

  /**
   * Writes what there is where much has come since the last time, so that little is lost should the process be killed.
   * @returns why it could not be written: the run need not end by it, for the next time may be another
   */
  async saveNowAndThen(order: readonly string[]): Promise<unknown> {
    const { pictures, at, took } = this.#saved;
    const since = performance.now() - at;
    const isMuch = this.#pictures.size - pictures >= saveEvery.pictures || since >= saveEvery.ms;
    if (!isMuch || since < took * saveEvery.timesItsTime) return undefined;
    try {
      await this.save(order);
      return undefined;
    } catch (error) {
      // As if it had been written slowly: not tried at every picture from now on.
      this.#saved = { pictures, at: performance.now(), took: saveEvery.ms / saveEvery.timesItsTime };
      return error;
    }
  }

  /**
   * Writes what there is, the pictures in this order whenever they were ready; nothing where nothing is new.
   * @throws an Error of the file system
   */
  async save(order: readonly string[]): Promise<void> {
    if (this.#pictures.size === this.#saved.pictures) return;
    const [pictures, start] = [this.#pictures.size, performance.now()];
    const images = [...this.#before.images];
    const annotations = [...this.#before.annotations];
    let { categories } = this.#before;
    let imageId = images.reduce((most, { id }) => Math.max(most, id), 0);
    let annotationId = annotations.reduce((most, { id }) => Math.max(most, id), 0);
    for (const name of order) {
      const one = this.#pictures.get(name);
      if (one === undefined) continue;
      imageId += 1;
      categories = one.categories;
      images.push(...one.images.map((image) => ({ ...image, id: imageId })));
      for (const annotation of one.annotations) {
        annotationId += 1;
        annotations.push({ ...annotation, id: annotationId, image_id: imageId });
      }
    }
    const info = { description: "written by deeplab-rt segment", classes: this.#classes ?? null };
    await writeWhole(this.file, `${JSON.stringify({ info, images, annotations, categories })}\n`);
    const at = performance.now();
    this.#saved = { pictures, at, took: at - start };
  }
}

const classList = (classes: readonly string[] | null) =>
  JSON.stringify(classes && [...new Set(classes)].sort());

function parsed(text: string, file: string): OwnFile {
  try {
    const value = JSON.parse(text) as Partial<OwnFile> | null;
    const lists = [value?.images, value?.annotations, value?.categories];
    if (lists.every(Array.isArray)) return value as OwnFile;
  } catch {
    // It is no JSON: the same to the user.
  }
  throw new DeepLabError("OPTION_INVALID", `${showPath(file)} is no COCO file that could be continued.`, {
    detail: { found: showPath(file), expected: "images, annotations and categories" },
    hint: "pass --overwrite to replace it, or another --output.",
  });
}

function otherClasses(file: string, begun: readonly string[] | null): DeepLabError {
  const how = begun === null ? "without --classes" : `with --classes ${commaText(begun)}`;
  return new DeepLabError(
    "OPTION_INVALID",
    `${showPath(file)} was begun ${how}; this run would mix others in.`,
    {
      detail: { option: "--classes", found: showPath(file) },
      hint: `continue it ${how}, or pass another --output.`,
    },
  );
}

function otherCategories(file: string): DeepLabError {
  return new DeepLabError(
    "OPTION_INVALID",
    `${showPath(file)} has other categories than this run would write.`,
    {
      detail: { found: showPath(file) },
      hint: "continue it with the model and the --classes it was begun with, or pass another --output.",
    },
  );
}
