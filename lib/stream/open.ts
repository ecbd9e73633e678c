// From a call of model.stream to the stream: options, source, and the infer of each image.

import { type CallSite, fromNative, withIndex } from "../errors.js";
import type { ImageSource } from "../image/source.js";
import { asDeepLabError } from "../infer-failure.js";
import { first, type Inference } from "../inference.js";
import type { ChannelContext } from "../probabilities.js";
import type { SemanticSegmentationResult } from "../result.js";
import { type FrameSource, openFrames } from "./frames.js";
import { parseStreamOptions } from "./options.js";
import { FrameStream } from "./result-stream.js";

/** What a stream needs of its model. */
export interface StreamHost {
  readonly inference: Inference;
  readonly facts: ChannelContext;
  /** Streams under way: `close()` ends them. */
  readonly streams: Set<{ fail(error: unknown): void }>;
}

/**
 * Makes a stream; nothing of it runs before its first `next()`.
 * @throws DeepLabError OPTION_*
 */
export function openStream(
  host: StreamHost,
  source: FrameSource<ImageSource>,
  options: unknown,
  site: CallSite,
): FrameStream<ImageSource, SemanticSegmentationResult> {
  const settings = parseStreamOptions(options, host.facts);
  const frames = openFrames(source);
  const infer = async (image: ImageSource, index: number, signal: AbortSignal) => {
    try {
      const request = { sources: [image], isList: false };
      return first(await host.inference.run(request, { ...settings.infer, signal })).result;
    } catch (error) {
      throw withIndex(settings.onError === "result" ? asDeepLabError(error) : error, index, "stream");
    }
  };
  const stream: FrameStream<ImageSource, SemanticSegmentationResult> = new FrameStream({
    frames,
    settings,
    infer: (image, index, signal) => fromNative(infer(image, index, signal), site),
    onBegin: () => {
      host.streams.add(stream);
      return () => host.streams.delete(stream);
    },
  });
  return stream;
}
