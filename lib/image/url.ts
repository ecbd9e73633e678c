// Pictures at web addresses: allowed or not is said at the call, fetched is when the picture's turn comes.

import { DeepLabError } from "../errors.js";
import { parseUrl } from "./address-text.js";
import type { LaterImage } from "./taken.js";
import { checkUrl, type UrlRules } from "./url-rules.js";

/**
 * Checks an http(s): address against the model's rules.
 * @throws DeepLabError IMAGE_INVALID, NETWORK_NOT_ALLOWED
 */
export function takeUrl(source: string | URL, rules: UrlRules): LaterImage {
  // A copy: the caller's object may change.
  const url = parseUrl(String(source));
  if (url === undefined) {
    throw new DeepLabError(
      "IMAGE_INVALID",
      "Expected the address of a picture but the text is no valid URL.",
      {
        detail: { length: String(source).length },
        hint: 'write it as "https://host/path", with what is not ASCII or has a meaning in URLs percent-encoded.',
      },
    );
  }
  checkUrl(url, rules);
  return { kind: "later", read: (stop) => fetchPicture(url, rules, stop) };
}

// Most programs never fetch: the modules of the network are loaded by those that do.
async function fetchPicture(url: URL, rules: UrlRules, stop: AbortSignal): Promise<Uint8Array> {
  const { download } = await import("./download.js");
  return download(url, rules, stop);
}
