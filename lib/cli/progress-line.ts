// Progress of one long thing on stderr: a bar that is drawn over itself on a terminal, now and then a line elsewhere.

/** Where progress is shown. */
export interface ProgressScreen {
  readonly isTerminal: boolean;
  /** Characters in a row, now: windows are made narrower meanwhile. */
  readonly columns: number;
  readonly write: (text: string) => void;
}

/** What is shown. */
export interface ShownProgress {
  /** What is done: `"building"`. */
  readonly what: string;
  /** From 0 to 1; null where nobody knows how much there will be. */
  readonly fraction: number | null;
  /** Milliseconds that are left; null where that cannot be said. */
  readonly remaining: number | null;
  /** More words, shown as far as there is room. */
  readonly phase: string;
  /** Whether they are on plain lines too. @default false, where `fraction` says enough */
  readonly isPhaseLogged?: boolean;
}

// Where there is little room the bar becomes shorter, and goes before a figure is cut.
const [barWidth, shortestBar] = [24, 4];
// On a terminal: often enough to look alive. Elsewhere: few enough to be read in a log.
const redrawEvery = 100;
const lineEvery = 0.1;
const lineEveryMs = 10_000; // of what has no fraction
const eraseLine = "\r\x1b[2K";

/** The progress of one command. */
export class ProgressLine {
  readonly #screen: ProgressScreen;
  readonly #now: () => number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  /** What the bar on the screen shows. */
  #drawn: ShownProgress | undefined;
  #lastWhat = "";
  #lastFraction = 0;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(screen: ProgressScreen, now: () => number = performance.now.bind(performance)) {
    this.#screen = screen;
    this.#now = now;
  }

  /** Shows how far it is, where it is worth showing. */
  show(progress: ShownProgress): void {
    if (this.#screen.isTerminal) this.#draw(progress);
    else this.#write(progress);
  }

  /** A line of its own, above the bar. */
  note(text: string): void {
    this.around(() => this.#screen.write(`${text}\n`));
  }

  /** Lets somebody else write to the terminal: the bar makes room meanwhile. */
  around(write: () => void): void {
    if (this.#drawn !== undefined) this.#screen.write(eraseLine);
    write();
    if (this.#drawn !== undefined) this.#screen.write(this.#bar(this.#drawn));
  }

  /** Removes the bar: nothing follows. */
  end(): void {
    if (this.#drawn !== undefined) this.#screen.write(eraseLine);
    this.#drawn = undefined;
  }

  #draw(progress: ShownProgress): void {
    const isNews = progress.what !== this.#lastWhat || (progress.fraction ?? 0) >= 1;
    if (!isNews && this.#now() - this.#drawnAt < redrawEvery) return;
    this.#lastWhat = progress.what;
    this.#drawnAt = this.#now();
    this.#drawn = progress;
    this.#screen.write(`${eraseLine}${this.#bar(progress)}`);
  }

  #bar(progress: ShownProgress): string {
    return barText(progress, this.#screen.columns - 1);
  }

  #write(progress: ShownProgress): void {
    const isNews = progress.what !== this.#lastWhat;
    if (!isNews && !this.#isFurther(progress.fraction)) return;
    this.#lastWhat = progress.what;
    this.#lastFraction = progress.fraction ?? 0;
    this.#writtenAt = this.#now();
    this.#screen.write(`${plainText(progress)}\n`);
  }

  #isFurther(fraction: number | null): boolean {
    if (fraction === null) return this.#now() - this.#writtenAt >= lineEveryMs;
    if (fraction === this.#lastFraction) return false;
    return fraction >= this.#lastFraction + lineEvery || fraction >= 1;
  }
}

/**
 * `building [#####-------]  43 %  2:31 left  Timing graph nodes`, at most so many characters. Where there is less room,
 * first the bar becomes shorter and goes, then the first word goes, and only then the end is cut.
 */
export function barText(progress: ShownProgress, width: number): string {
  const { what, fraction, phase } = progress;
  const word = what.padEnd(8);
  if (fraction === null) return `${word}  ${phase}`.trimEnd().slice(0, Math.max(width, 0));
  const figures = `${percent(fraction)}${left(progress)}  ${phase}`.trimEnd();
  const inBar = Math.min(width - `${word} [] ${figures}`.length, barWidth);
  const candidates = [
    ...(inBar >= shortestBar ? [`${word} ${barOf(fraction, inBar)} ${figures}`] : []),
    `${word} ${figures}`,
    figures.trimStart(),
  ];
  const fitting = candidates.find((text) => text.length <= width);
  return fitting ?? figures.trimStart().slice(0, Math.max(width, 0));
}

function barOf(fraction: number, width: number): string {
  const full = Math.round(fraction * width);
  return `[${"#".repeat(full)}${"-".repeat(width - full)}]`;
}

function plainText(progress: ShownProgress): string {
  const { what, fraction, phase, isPhaseLogged = false } = progress;
  if (fraction === null) return `${what}  ${phase}`;
  return `${what} ${percent(fraction).trim()}${left(progress)}${isPhaseLogged ? `  ${phase}` : ""}`;
}

// Downwards: only what is done is 100 %.
const percent = (fraction: number) => `${String(Math.floor(fraction * 100)).padStart(3)} %`;

function left({ remaining }: ShownProgress): string {
  return remaining === null || remaining === 0 ? "" : `  ${durationText(remaining)} left`;
}

/** `"0:07"`, `"2:31"`, `"1:02:03"`. */
export function durationText(milliseconds: number): string {
  const total = Math.round(milliseconds / 1000);
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const twoDigits = (value: number) => String(value).padStart(2, "0");
  return hours > 0
    ? `${hours}:${twoDigits(minutes)}:${twoDigits(seconds)}`
    : `${minutes}:${twoDigits(seconds)}`;
}
