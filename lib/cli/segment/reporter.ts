// What `segment` says while it works and at its end: tables of a few pictures, lines of many, a bar on a terminal.

import { plain } from "../../show.js";
import { type CommandContext, describeError } from "../context.js";
import { durationText, ProgressLine } from "../progress-line.js";
import { Rate } from "../rate.js";
import { resultReport } from "../table.js";
import {
  type Done,
  type DoneVideo,
  type Failed,
  type Outcome,
  outcomeJson,
  type Skipped,
} from "./outcome.js";
import type { SegmentSettings } from "./settings.js";

// Of more pictures than these, tables would only be scrolled away.
const fewPictures = 4;
const mostClasses = 4;

/** What there is to report on. */
export interface Work {
  /** All inputs. */
  readonly total: number;
  /** Those that are worked on. */
  readonly toDo: number;
  /** Whether a clip or camera is among these. */
  readonly hasVideo: boolean;
}

/** The report of one run of the command. */
export class Reporter {
  readonly #context: CommandContext;
  readonly #settings: SegmentSettings;
  readonly #line: ProgressLine;
  readonly #start = performance.now();
  readonly #total: number;
  readonly #toDo: number;
  readonly #hasVideo: boolean;
  readonly #rate = new Rate();
  readonly #json: object[] = [];
  readonly #failures: Failed[] = [];
  #done = 0;
  /** Pictures, and frames of videos. */
  #images = 0;
  #skipped = 0;

  constructor(context: CommandContext, settings: SegmentSettings, { total, toDo, hasVideo }: Work) {
    this.#context = context;
    this.#settings = settings;
    this.#line = new ProgressLine(context.progress);
    this.#total = total;
    this.#toDo = toDo;
    this.#hasVideo = hasVideo;
  }

  /** Whether any input failed. */
  get hasFailures(): boolean {
    return this.#failures.length > 0;
  }

  /** One input has been worked on; it may not be its turn to be reported. */
  step(): void {
    this.#rate.step();
    if (this.#toDo < 2 || !this.#showsProgress) return;
    const { done, perSecond } = this.#rate;
    const speed = perSecond === null ? "" : `, ${perSecond.toFixed(1)} images/s`;
    const remaining = this.#rate.remaining(this.#toDo - done);
    const phase = `${done} of ${this.#toDo}${speed}`;
    this.#line.show({ what: "segment", fraction: done / this.#toDo, remaining, phase, isPhaseLogged: true });
  }

  /** How far a video is. */
  frame(done: number, of: number | null, perSecond: number | null, remaining: number | null): void {
    if (!this.#showsProgress) return;
    const speed = perSecond === null ? "" : `, ${perSecond.toFixed(1)} images/s`;
    const phase = of === null ? `${done} frames${speed}` : `frame ${done} of ${of}${speed}`;
    const fraction = of === null ? null : done / of;
    this.#line.show({ what: "segment", fraction, remaining, phase, isPhaseLogged: true });
  }

  /** The outcome of the next input, in their order. */
  report(outcome: Outcome): void {
    if (outcome.kind === "failed") this.#reportFailure(outcome);
    else if (outcome.kind === "skipped") this.#reportSkipped(outcome);
    else this.#done += 1;
    if (outcome.kind === "done") this.#images += 1;
    if (outcome.kind === "video") this.#images += outcome.frames;
    if (this.#settings.json) this.#json.push(outcomeJson(outcome));
    else if (outcome.kind === "done" && !this.#settings.quiet) this.#print(this.#pictureText(outcome));
    else if (outcome.kind === "video" && !this.#settings.quiet) this.#print(videoText(outcome));
    if (outcome.kind === "video") this.#noteComplaints(outcome);
  }

  /** A remark that is neither result nor failure. */
  note(text: string): void {
    if (!this.#settings.quiet) this.#line.around(() => this.#context.complain(text));
  }

  /** A file of all inputs together could not be written: a failure that is no input's. */
  outputFailed(file: string, error: unknown): void {
    this.#failures.push({ kind: "failed", name: file, error });
    this.#line.around(() => this.#context.complain(`${plain(file)}: ${describeError(error)}\n`));
  }

  /** Nothing follows: what was left over, what failed, all as JSON. */
  end(): void {
    this.#line.end();
    // An empty list would say that there was nothing to do: what ended the command before its first input says why.
    if (this.#json.length > 0) this.#context.print(JSON.stringify(this.#json, null, 2));
    if (this.#total < 2) return;
    if (!this.#settings.quiet) this.#context.complain(this.#summary());
    if (this.#failures.length > 0) this.#context.complain(this.#failureList());
  }

  // Elsewhere than on a terminal the lines of the pictures say how far it is; a video has none until its end.
  get #showsProgress(): boolean {
    const { quiet, json } = this.#settings;
    return !quiet && (this.#context.progress.isTerminal || json || this.#hasVideo);
  }

  #print(text: string): void {
    this.#line.around(() => this.#context.print(text));
  }

  // Of many the sum at the end is enough.
  #reportSkipped({ name }: Skipped): void {
    this.#skipped += 1;
    if (this.#total <= fewPictures) this.note(`${plain(name)}: left as it was, for its outputs are there.`);
  }

  #reportFailure(outcome: Failed): void {
    this.#failures.push(outcome);
    const text = `${plain(outcome.name)}: ${describeError(outcome.error)}\n`;
    if (!this.#settings.json) this.#line.around(() => this.#context.complain(text));
  }

  #noteComplaints({ name, complaints }: DoneVideo): void {
    const last = complaints.at(-1);
    if (last !== undefined) this.note(`${name}: done, though ffmpeg complained, last of: ${last}`);
  }

  #pictureText(outcome: Done): string {
    const { name, width, height, classes, timings, files } = outcome;
    const title = `${plain(name)}  ${width}×${height}`;
    if (this.#total > fewPictures) {
      return `${title}  ${shares(outcome.classes)}  ${timings.total.toFixed(0)} ms`;
    }
    const written = Object.entries(files).map(([format, file]) => `${format.padEnd(7)}  ${plain(file)}`);
    const tables = resultReport(classes, timings, this.#context.isTerminal);
    return [title, tables, ...(written.length > 0 ? ["", ...written] : []), ""].join("\n");
  }

  #summary(): string {
    const elapsed = performance.now() - this.#start;
    const speed = this.#images === 0 ? "" : `, ${((this.#images * 1000) / elapsed).toFixed(1)} images/s`;
    const parts = [`${this.#done} done in ${durationText(elapsed)}${speed}`];
    if (this.#skipped > 0) parts.push(`${this.#skipped} left as they were`);
    if (this.#failures.length > 0) parts.push(`${this.#failures.length} failed`);
    return `${parts.join("; ")}.`;
  }

  #failureList(): string {
    const lines = this.#failures.map(({ name, error }) => `  ${plain(name)}  ${codeOf(error)}`);
    return [`Failed (${this.#failures.length} of ${this.#total}):`, ...lines].join("\n");
  }
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? error);
}

/** `crack 12.30 %, pit 1.00 %`: the largest ones. */
function shares(classes: Done["classes"]): string {
  const found = classes.filter(({ pixels }) => pixels > 0).sort((a, b) => b.share - a.share);
  const texts = found
    .slice(0, mostClasses)
    .map(({ name, share }) => `${plain(name)} ${(share * 100).toFixed(2)} %`);
  return [...texts, ...(found.length > mostClasses ? [`${found.length - mostClasses} more`] : [])].join(", ");
}

function videoText({ name, width, height, frames, skipped, frameRate, classes, files }: DoneVideo): string {
  const left = skipped === 0 ? "" : `, ${skipped} left out`;
  const title = `${plain(name)}  ${width}×${height}  ${frames} frames${left}, ${Number(frameRate.toFixed(3))} a second`;
  const written = Object.entries(files).map(([format, file]) => `${format.padEnd(7)}  ${plain(file)}`);
  return [title, shares(classes), ...written, ""].join("\n");
}
