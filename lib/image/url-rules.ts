// Which http(s) addresses a model may fetch pictures from: the option `allowUrls` of fromPretrained.

import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { invalidOption } from "../checks.js";
import { DeepLabError } from "../errors.js";
import { show } from "../show.js";
import { parseUrl, showUrl } from "./address-text.js";
import { isPublicAddress } from "./addresses.js";

/** Bounds of one download. */
export interface DownloadLimits {
  /** Milliseconds for everything, from the first question for an address to the last byte. */
  readonly time: number;
  readonly bytes: number;
  readonly redirects: number;
}

/** How a download reaches the network. */
export interface Network {
  readonly lookup: LookupFunction;
  readonly isAllowed: (address: string) => boolean;
}

/** An entry of the list: `example.org`, `example.org:8443`, `*.example.org`. */
export interface AllowedHost {
  /** As URL writes it: lower case, names of other scripts in ASCII. */
  readonly name: string;
  /** Whether hosts below it are meant, and not itself. */
  readonly isWildcard: boolean;
  /** Undefined: that of the address's scheme. */
  readonly port: number | undefined;
}

/** The rules of a model's downloads. */
export interface UrlRules {
  /** None where URLs are not allowed. */
  readonly hosts: "any" | readonly AllowedHost[];
  readonly limits: DownloadLimits;
  readonly network: Network;
}

/** What holds for every download. */
export const downloadLimits: DownloadLimits = { time: 30_000, bytes: 64 * 2 ** 20, redirects: 5 };

const system: Network = { lookup: systemLookup as LookupFunction, isAllowed: isPublicAddress };

/** No URLs: the default. */
export const noUrls: UrlRules = { hosts: [], limits: downloadLimits, network: system };

const expected = 'true, false, or a list of hosts such as ["images.example.org", "*.example.net"]';

/**
 * Checks the option `allowUrls`.
 * @throws DeepLabError OPTION_INVALID
 */
export function parseAllowUrls(value: unknown): UrlRules {
  if (value === undefined || value === false) return noUrls;
  if (value === true) return { ...noUrls, hosts: "any" };
  if (!Array.isArray(value) || value.length === 0) return invalidOption("allowUrls", expected, value);
  return { ...noUrls, hosts: value.map(parseHost) };
}

function parseHost(entry: unknown, index: number): AllowedHost {
  const [, wildcard, host = ""] = /^(\*\.)?([^\s*/\\?#@]+)$/.exec(String(entry)) ?? [];
  const url = typeof entry === "string" && host !== "" ? parseUrl(`http://${host}`) : undefined;
  if (url === undefined)
    return invalidOption(`allowUrls[${index}]`, "a host, without scheme and path", entry);
  // Not the URL's own port, which leaves out 80.
  const port = /:(\d+)$/.exec(host)?.[1];
  return {
    name: url.hostname,
    isWildcard: wildcard !== undefined,
    port: port === undefined ? undefined : Number(port),
  };
}

/**
 * Checks that an address may be fetched.
 * @param from The address that redirected to it.
 * @throws DeepLabError NETWORK_NOT_ALLOWED
 */
export function checkUrl(url: URL, { hosts }: UrlRules, from?: URL): void {
  const to = from === undefined ? showUrl(url) : `${showUrl(url)}, to which ${showUrl(from)} redirects,`;
  if (hosts.length === 0)
    throw notAllowed(url, `Pictures are not fetched: ${to} was given, and the option allowUrls is off`);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw notAllowed(url, `${to} is neither http: nor https:`, noHint);
  if (from?.protocol === "https:" && url.protocol === "http:")
    throw notAllowed(url, `${to} is not encrypted any more`, noHint);
  if (url.username !== "" || url.password !== "") {
    const hint = "fetch the picture with a client of your own and pass its bytes or its stream.";
    throw notAllowed(url, `${to} holds a user name or a password, which is not sent`, hint);
  }
  if (hosts !== "any" && !hosts.some((host) => isHost(url, host))) {
    throw notAllowed(url, `The host of ${to} is not among those of the option allowUrls`);
  }
}

const noHint = "fetch the picture yourself, where you trust the address, and pass its bytes.";

function isHost({ hostname, protocol, port }: URL, allowed: AllowedHost): boolean {
  const isNamed = allowed.isWildcard ? hostname.endsWith(`.${allowed.name}`) : hostname === allowed.name;
  const usual = protocol === "https:" ? 443 : 80;
  return isNamed && (port === "" ? usual : Number(port)) === (allowed.port ?? usual);
}

function notAllowed(url: URL, why: string, hint?: string): DeepLabError {
  const detail = { host: show(url.host).slice(1, -1), option: "allowUrls" };
  return new DeepLabError(
    "NETWORK_NOT_ALLOWED",
    `${why}.`,
    hint === undefined ? { detail } : { detail, hint },
  );
}
