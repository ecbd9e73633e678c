// What the process that builds an engine and the one that asked for it tell each other.

import type { NativeEngineBuildSpec, NativeEngineBuilt } from "../native.js";

/** From the one that asked. */
export type BuildOrder =
  | { readonly kind: "build"; readonly spec: NativeEngineBuildSpec }
  | { readonly kind: "cancel" };

/** One step of the builder's; as `NativeBuildEvent`. */
export interface BuildEvent {
  readonly kind: "start" | "step" | "finish";
  readonly phase: string;
  /** Empty: the outermost. */
  readonly parent: string;
  /** Steps of a phase that starts, the step that was done. */
  readonly number: number;
}

/** From the one that builds. Its log lines and phases also come over stderr: a crash must not take the last ones with it. */
export type BuildReport =
  | { readonly kind: "event"; readonly event: BuildEvent }
  | { readonly kind: "done"; readonly built: NativeEngineBuilt }
  | {
      readonly kind: "failed";
      readonly code: string | undefined;
      readonly message: string;
      readonly detail: Readonly<Record<string, string>>;
    };
