// Web servers of this machine for tests of downloads, and a network in which this machine counts as public. Only the
// loopback range is ever connected to.

import { once } from "node:events";
import http, { type RequestListener, type Server } from "node:http";
import type { AddressInfo, LookupFunction, Socket } from "node:net";
import { downloadLimits, type Network, parseAllowUrls, type UrlRules } from "../../dist/image/url-rules.js";

const servers: Server[] = [];

/** A server on the loopback address. */
export interface WebServer {
  readonly port: number;
  /** What was asked for, in order. */
  readonly requests: http.IncomingMessage[];
  /** Every connection that was made. */
  readonly sockets: Socket[];
}

/** Starts a server; {@link stopServers} ends it. */
export async function serve(answer: RequestListener): Promise<WebServer> {
  const requests: http.IncomingMessage[] = [];
  const sockets: Socket[] = [];
  const server = http.createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on("connection", (socket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, requests, sockets };
}

/** For `afterEach`: ends all servers and their connections. */
export async function stopServers(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
}

/** Names and their addresses; others do not exist. */
export type Names = Readonly<Record<string, readonly string[]>>;

/** A lookup that knows a few names. */
export function lookupOf(names: Names): LookupFunction {
  return (hostname, options, callback) => {
    const found = names[hostname]?.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    const [first] = found ?? [];
    setImmediate(() => {
      if (found === undefined)
        callback(Object.assign(new Error(`no ${hostname}`), { code: "ENOTFOUND" }), []);
      else if (options.all === true) callback(null, found);
      else callback(null, first?.address ?? "", first?.family);
    });
  };
}

/** The rules of `allowUrls: true` (or of another value) in a network where 127.0.0.1, and it alone, counts as public. */
export function rulesFor({ names = {}, allowUrls = true, ...limits }: RulesGiven = {}): UrlRules {
  const network: Network = { lookup: lookupOf(names), isAllowed: (address) => address === "127.0.0.1" };
  return { ...parseAllowUrls(allowUrls), limits: { ...downloadLimits, ...limits }, network };
}

interface RulesGiven {
  readonly names?: Names;
  readonly allowUrls?: unknown;
  readonly time?: number;
  readonly bytes?: number;
  readonly redirects?: number;
}
