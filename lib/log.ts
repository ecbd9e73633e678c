// What inference libraries log, to whoever asked for it: the options onLog and logLevel of fromPretrained. Nothing of
// it ever goes to stderr by itself.

import { choiceOption, invalidOption } from "./checks.js";
import { type NativeLogLine, native } from "./native.js";
import { warn } from "./warnings.js";

/** How much a log line matters, the least first: ONNX Runtime's levels and, by other words, TensorRT's. */
export type LogLevel = "verbose" | "info" | "warning" | "error" | "fatal";

/** All of them, by their numbers in native code. */
export const logLevels: readonly LogLevel[] = ["verbose", "info", "warning", "error", "fatal"];

/** One line that a library logged. */
export interface LogLine {
  readonly level: LogLevel;
  /** Who said it; deeplab-rt itself only that lines were lost, because thousands came at once. */
  readonly source: "onnxruntime" | "tensorrt" | "deeplab-rt";
  /** In the library's own words, those of ONNX Runtime after the place in its code; at most 2000 bytes. */
  readonly message: string;
  /** When, in milliseconds since 1970. */
  readonly time: number;
}

/** The option `onLog`. */
export type LogListener = (line: LogLine) => void;

/** The options about log lines, checked. */
export interface LogSettings {
  /** Undefined: nobody listens. */
  readonly onLog: LogListener | undefined;
  readonly level: LogLevel;
}

/**
 * Checks `onLog` and `logLevel`.
 * @throws DeepLabError OPTION_INVALID
 */
export function parseLog(onLog: unknown, logLevel: unknown): LogSettings {
  const level = choiceOption(logLevel, "logLevel", logLevels, "warning");
  if (onLog !== undefined && typeof onLog !== "function") invalidOption("onLog", "a function", onLog);
  if (onLog === undefined && logLevel !== undefined) {
    invalidOption("logLevel", "left out where there is no onLog to call", logLevel);
  }
  return { onLog: onLog as LogListener | undefined, level };
}

/**
 * The least severity that an inference session must log at, ONNX Runtime's number: warnings in any case, for errors
 * are explained by them.
 */
export function logSeverity({ level }: LogSettings): number {
  return Math.min(logLevels.indexOf(level), logLevels.indexOf("warning"));
}

interface Subscription {
  readonly onLog: LogListener;
  readonly level: number;
}

// Those of this thread: native code keeps one listener for each.
const subscriptions = new Set<Subscription>();
const failed = new WeakSet<LogListener>();

/** Begins to hand lines over; returns how to end it. */
export function listenToLogs({ onLog, level }: LogSettings): () => void {
  if (onLog === undefined) return () => {};
  const subscription = { onLog, level: logLevels.indexOf(level) };
  subscriptions.add(subscription);
  tellNative();
  return () => {
    if (subscriptions.delete(subscription)) tellNative();
  };
}

function tellNative(): void {
  const levels = [...subscriptions].map(({ level }) => level);
  if (levels.length === 0) native().stopListening();
  else native().listenToLogs(Math.min(...levels), handOut);
}

// A function that several models share gets each line once, by the most that any of them wants.
function handOut(lines: readonly NativeLogLine[]): void {
  for (const { level, source, text, time } of lines) {
    const wanted = [...subscriptions].filter((one) => one.level <= level);
    const line = Object.freeze({
      level: logLevels[level] ?? "fatal",
      source: source as LogLine["source"],
      message: text,
      time,
    });
    for (const onLog of new Set(wanted.map((one) => one.onLog))) call(onLog, line);
  }
}

function call(onLog: LogListener, line: LogLine): void {
  try {
    onLog(line);
  } catch (error) {
    if (failed.has(onLog)) return; // once is enough: it will fail again
    failed.add(onLog);
    warn("LOG_LISTENER_FAILED", `The function onLog threw ${String(error)}; it is still called.`);
  }
}
