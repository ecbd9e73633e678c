// Whether a clip ended before its end. ffmpeg says so in words alone, and ends as after a whole one.

import type { VideoFacts } from "./probe.js";

// The demuxers' own words for a file or a download that stops in the middle of what was announced.
const cutOff = /ended prematurely|ends prematurely|partial file/;

// Counts from durations are a little off, and rates that change make them more so.
const mostMissing = { share: 0.1, frames: 5 };

/**
 * Whether more frames should have come. Complaints alone are no sign: recordings that begin between two key frames
 * have them and are whole.
 */
export function endsEarly(
  { frames: expected, countedBy }: Pick<VideoFacts, "frames" | "countedBy">,
  frames: number,
  complaints: readonly string[],
): boolean {
  if (complaints.some((line) => cutOff.test(line))) return true;
  if (expected === null || countedBy === "jumps") return false;
  const areFarTooFew = expected - frames > Math.max(expected * mostMissing.share, mostMissing.frames);
  return areFarTooFew && (countedBy === "pictures" || complaints.length > 0);
}
