// Addresses as text: read without an error that repeats them, shown without what may be a key. Messages, reports and
// names of files take them from here alone.

import { showPath } from "../show.js";

/** The address, or undefined where the text is none; what `new URL` throws would repeat it. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
}

/** Whether a text is an address by its beginning, `ftp://`, and no path. */
export function isAddressText(text: string): boolean {
  return /^[a-z][a-z\d+.-]+:\/\//i.test(text);
}

/** An address as messages show it: neither user, password, query nor fragment, and of its path no secrets. */
export function showUrl(url: URL): string {
  const slashes = url.href.startsWith("//", url.protocol.length) ? "//" : ""; // blob: has none
  return showPath(`${url.protocol}${slashes}${url.host}${withoutSecrets(url.pathname)}`);
}

/** The same of a text; where it is no address that can be parsed, what is left of it. */
export function shownAddress(text: string): string {
  const url = parseUrl(text);
  if (url !== undefined) return showUrl(url);
  return showPath(withoutSecrets(text.replace(/\/\/.*@/s, "//").replace(/[?#].*$/s, "")));
}

/** A text with every address in it as {@link shownAddress} shows it. */
export function withShownAddresses(text: string): string {
  // What follows an address in a message is no part of it.
  return text.replace(/\b[a-z][a-z\d+.-]*:\/\/\S+?(?=[:;,'"]*(?:\s|$))/gi, shownAddress);
}

const secretName = /user|login|pass|pwd|token|key|secret|auth|sig|cred|session/i;

/**
 * A path without the values in it that are named like secrets, as cameras have them: `/user=…&password=…&channel=1`.
 * Some put `_` between them, which values may hold too: it parts them only where another name and its value follow.
 */
export function withoutSecrets(path: string): string {
  const parts = path.split(/([/;&,]|_(?=[a-z]{3,}=[^=/;&,]))/i);
  return parts.map((part) => (secretName.test(part.split("=", 1)[0] ?? "") ? hidden(part) : part)).join("");
}

const hidden = (part: string) => part.replace(/=.*$/s, "=…");
