// How native code hands over what libraries log: part of native.ts. `addon/log_lines.cc` writes these very names.

/** What a library logged. */
export interface NativeLogLine {
  /** 0 verbose, 1 info, 2 warning, 3 error, 4 fatal. */
  readonly level: number;
  readonly source: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The addon's functions for it. */
export interface NativeLog {
  /**
   * Hands over what libraries log in this process, from `level` upwards, to the one function of this thread; keeps no
   * process alive. `onLines` must not throw.
   */
  listenToLogs(level: number, onLines: (lines: readonly NativeLogLine[]) => void): void;
  /** What waits is dropped. Idempotent. */
  stopListening(): void;
}
