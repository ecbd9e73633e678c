// Text that comes in pieces, as lines; the last of them are kept.

// Enough to see what led to a crash, short enough for an error.
const most = 20;

/** Lines of one stream. */
export class LastLines {
  readonly #onLine: (line: string) => boolean;
  readonly #lines: string[] = [];
  #rest = "";

  /** @param onLine Whether the line is to be kept. */
  constructor(onLine: (line: string) => boolean) {
    this.#onLine = onLine;
  }

  /** The next piece. */
  add(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(line);
  }

  /** Nothing follows: what has no line break is a line too. */
  end(): void {
    this.#take(this.#rest);
    this.#rest = "";
  }

  /** Those that are kept, in their order. */
  get all(): readonly string[] {
    return [...this.#lines];
  }

  #take(text: string): void {
    const line = text.trimEnd();
    if (line === "" || !this.#onLine(line)) return;
    this.#lines.push(line);
    if (this.#lines.length > most) this.#lines.shift();
  }
}
