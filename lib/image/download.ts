// One picture from the web. Everything that a server could abuse is bounded: time, bytes and redirects in all, and every
// connection goes to a public address that was checked when it was resolved, the very one that is connected to.

import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { abortable, whenAborted } from "../abort.js";
import { DeepLabError } from "../errors.js";
import { parseUrl, showUrl } from "./address-text.js";
import { ByteCollector } from "./byte-collector.js";
import { checkUrl, type Network, type UrlRules } from "./url-rules.js";

const redirects: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Fetches a picture. The connection is closed when the promise settles, however it does.
 * @param stop Ends the download at once: rejects with its reason.
 * @throws DeepLabError NETWORK_*
 */
export async function download(url: URL, rules: UrlRules, stop: AbortSignal): Promise<Uint8Array> {
  checkUrl(url, rules);
  const { time } = rules.limits;
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(tooSlow(url, time)), time);
  const onStop = () => clock.abort(stop.reason);
  const release = whenAborted(stop, onStop);
  if (stop.aborted) onStop();
  try {
    // Whatever a server makes of the connection, nothing outlives the clock.
    return await abortable(follow(url, rules, clock.signal), clock.signal);
  } catch (error) {
    throw clock.signal.aborted ? clock.signal.reason : networkError(url, error);
  } finally {
    clearTimeout(timer);
    release();
  }
}

async function follow(first: URL, rules: UrlRules, stop: AbortSignal): Promise<Uint8Array> {
  let url = first;
  for (let count = 0; count <= rules.limits.redirects; count++) {
    const response = await request(url, rules.network, stop);
    try {
      const location = redirects.includes(response.statusCode ?? 0) ? response.headers.location : undefined;
      if (location === undefined) return await readBody(url, response, rules);
      url = nextUrl(url, location, rules);
    } finally {
      response.destroy();
    }
  }
  throw failed(first, `it redirects more than ${rules.limits.redirects} times`);
}

/**
 * Where a redirect leads.
 * @throws DeepLabError NETWORK_FAILED, NETWORK_NOT_ALLOWED
 */
export function nextUrl(from: URL, location: string, rules: UrlRules): URL {
  const url = parseUrl(location, from);
  if (url === undefined) throw failed(from, "it redirects to what is no address");
  checkUrl(url, rules, from);
  return url;
}

function request(url: URL, network: Network, stop: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // Addresses are not looked up, so they are checked here.
  if (isIP(host) !== 0 && !network.isAllowed(host)) throw forbidden(url.hostname, host);
  const { get } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const options = {
      // A connection of its own, which ends with the answer: none is kept that could be reused unchecked.
      agent: false,
      signal: stop,
      lookup: checkedLookup(network),
      headers: { accept: "image/*", "accept-encoding": "identity", "user-agent": "deeplab-rt" },
    };
    get(url, options, resolve)
      .on("error", reject)
      .on("upgrade", (_, socket) => {
        socket.destroy();
        reject(failed(url, "the server answers 101, with another protocol", { status: 101 }));
      })
      // Always the last event: nobody waits for an answer that cannot come any more.
      .on("close", () => reject(failed(url, "the connection was closed without an answer")));
  });
}

// All addresses of a name must be public: one that is not says what the name is for. What is connected to are these.
function checkedLookup({ lookup, isAllowed }: Network): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const addresses = found as { address: string; family: number }[];
      const [first] = addresses;
      const refused = addresses.find(({ address }) => !isAllowed(address));
      if (refused !== undefined) return callback(forbidden(hostname, refused.address), []);
      if (first === undefined) return callback(new Error("the name has no address"), []);
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

async function readBody(url: URL, response: IncomingMessage, { limits }: UrlRules): Promise<Uint8Array> {
  const { statusCode = 0, headers } = response;
  if (statusCode !== 200) throw failed(url, `the server answers ${statusCode}`, { status: statusCode });
  const coding = headers["content-encoding"] ?? "identity";
  if (coding !== "identity") throw failed(url, "the server sends it compressed, though it was asked not to");
  const tooLarge = () =>
    new DeepLabError(
      "NETWORK_TOO_LARGE",
      `${showUrl(url)} has more than ${limits.bytes} bytes, the most allowed.`,
      {
        detail: { url: showUrl(url), allowed: limits.bytes },
      },
    );
  if (Number(headers["content-length"] ?? 0) > limits.bytes) throw tooLarge();
  const collector = new ByteCollector(limits.bytes, tooLarge);
  for await (const part of response) collector.add(part);
  return collector.bytes();
}

function forbidden(host: string, address: string): DeepLabError {
  return new DeepLabError(
    "NETWORK_FORBIDDEN_ADDRESS",
    `${host} is, or leads to, an address that is not public: of this machine, of its own network, or reserved.`,
    { detail: { host, address } },
  );
}

function tooSlow(url: URL, time: number): DeepLabError {
  return new DeepLabError("NETWORK_TIMEOUT", `${showUrl(url)} was not there within ${time} ms.`, {
    detail: { url: showUrl(url), allowed: time },
  });
}

// Errors of the network hold host and address, never the query.
function networkError(url: URL, error: unknown): unknown {
  if (error instanceof DeepLabError) return error;
  return failed(url, (error as Error).message || String((error as NodeJS.ErrnoException).code), {}, error);
}

function failed(url: URL, reason: string, detail = {}, cause?: unknown): DeepLabError {
  return new DeepLabError("NETWORK_FAILED", `${showUrl(url)} cannot be fetched: ${reason}.`, {
    detail: { url: showUrl(url), reason, ...detail },
    cause,
  });
}
