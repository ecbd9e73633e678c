// Pictures from the web: what a server, a name or a redirect could abuse ends in an error by name, and in a closed
// connection. The servers are of this machine; see test/support/web-server.ts.

import type { ServerResponse } from "node:http";
import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { download } from "../../dist/image/download.js";
import { loadImage, takeImage } from "../../dist/image/source.js";
import { noUrls, parseAllowUrls, type UrlRules } from "../../dist/image/url-rules.js";
import { png } from "../support/png.js";
import { Random } from "../support/random.js";
import { lookupOf, rulesFor, serve, stopServers, type WebServer } from "../support/web-server.js";

afterEach(stopServers);

const [width, height] = [33, 21];
const pixels = new Random(8).bytes(width * height * 3);
const picture = Buffer.from(png(width, height, { colorType: 2, bitDepth: 8 }, [...pixels]));
const never = new AbortController().signal;
const imageRules = { limitInputPixels: 100_000_000 };

const get = (address: string, rules: UrlRules = rulesFor(), stop: AbortSignal = never) =>
  download(new URL(address), rules, stop);
const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable("it was fetched"),
    (error: unknown) => error,
  );

/** Resolves when every connection of a server is closed. */
async function closed({ sockets }: WebServer) {
  expect(sockets.length).toBeGreaterThan(0);
  // Not events.once: a connection that is reset says so in an error first.
  const open = sockets.filter((socket) => !socket.closed);
  await Promise.all(open.map((socket) => new Promise((resolve) => socket.on("close", resolve))));
}

describe("a picture at a web address", () => {
  test("is fetched, by its text or as a URL, and gives the pixels of the file", async () => {
    const { port } = await serve((_, response) => response.end(picture));
    const rules = { ...imageRules, urls: rulesFor({ names: { "images.test": ["127.0.0.1"] } }) };
    for (const address of [`http://images.test:${port}/a.png?size=1`, `HTTP://127.0.0.1:${port}/a.png`]) {
      for (const source of [address, new URL(address)]) {
        const taken = takeImage(source, { copyInput: true, rules });
        const { image, decodeTime } = await loadImage(taken, { rules, stop: never });
        expect(image).toMatchObject({ width, height });
        expect([...image.data]).toEqual([...pixels]);
        expect(decodeTime).toBeGreaterThan(0);
      }
    }
  });

  test("is asked for once, without cookies and by its own name, and the connection ends with it", async () => {
    const server = await serve((_, response) => {
      response.setHeader("set-cookie", "a=b");
      response.end(picture);
    });
    const rules = rulesFor({ names: { "images.test": ["127.0.0.1"] } });
    const bytes = await get(`http://images.test:${server.port}/a%20b.png?q=1#f`, rules);
    expect(Buffer.compare(bytes, picture)).toBe(0);
    await closed(server);
    expect(server.requests).toHaveLength(1);
    const [{ method, url, headers } = {}] = server.requests as {
      method?: string;
      url?: string;
      headers?: object;
    }[];
    expect({ method, url }).toEqual({ method: "GET", url: "/a%20b.png?q=1" });
    expect(headers).toEqual({
      accept: "image/*",
      "accept-encoding": "identity",
      "user-agent": "deeplab-rt",
      host: `images.test:${server.port}`,
      connection: "close",
    });
  });

  test("whose connection an abort of the call before has not begun is not asked for", async () => {
    const server = await serve((_, response) => response.end(picture));
    const reason = new Error("over");
    const error = await failure(
      get(`http://127.0.0.1:${server.port}/`, rulesFor(), AbortSignal.abort(reason)),
    );
    expect(error).toBe(reason);
    expect(server.requests).toEqual([]);
  });

  test("that the option does not allow is refused at the call, before anything is looked up", () => {
    const network = {
      isAllowed: () => true,
      lookup: () => expect.unreachable("it was looked up"),
    };
    for (const urls of [noUrls, parseAllowUrls(["b.org"])]) {
      const rules = { ...imageRules, urls: { ...urls, network } };
      for (const source of ["https://a.org/x.png", new URL("http://a.org/x.png")]) {
        expect(() => takeImage(source, { copyInput: true, rules })).toThrow(
          expect.objectContaining({ code: "NETWORK_NOT_ALLOWED" }),
        );
      }
    }
  });
});

describe("an address that is not public", () => {
  // Ways to write this machine; other networks are in addresses.test.ts, for nothing may be asked of them.
  const literals = [
    "127.0.0.1",
    "127.9.9.9",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
  ];

  test.each(literals)("is NETWORK_FORBIDDEN_ADDRESS: %s", async (host) => {
    const server = await serve((_, response) => response.end(picture));
    const error = await failure(get(`http://${host}:${server.port}/a.png`, parseAllowUrls(true)));
    expect(error).toMatchObject({ code: "NETWORK_FORBIDDEN_ADDRESS" });
    expect(server.sockets).toEqual([]);
  });

  // To these tests 127.0.0.1 alone is public, and the server is there: a build that goes by one address would reach it.
  test.each([
    ["alone", ["127.0.0.2"]],
    ["before public ones", ["127.0.0.2", "127.0.0.1"]],
    ["after public ones", ["127.0.0.1", "127.0.0.1", "127.0.0.2"]],
  ])("is refused behind a name, %s, without a connection", async (_, addresses) => {
    const server = await serve((_, response) => response.end(picture));
    const rules = rulesFor({ names: { "rebound.test": addresses } });
    const error = await failure(get(`http://rebound.test:${server.port}/`, rules));
    expect(error).toMatchObject({
      code: "NETWORK_FORBIDDEN_ADDRESS",
      message: expect.not.stringContaining("127.0.0.2"), // who asks need not learn what is inside
      detail: { host: "rebound.test", address: "127.0.0.2" },
    });
    expect(server.sockets).toEqual([]);
  });

  test("is found by the system's own lookup too: localhost", async () => {
    const server = await serve((_, response) => response.end(picture));
    const error = await failure(get(`http://localhost:${server.port}/`, parseAllowUrls(true)));
    expect(error).toMatchObject({ code: "NETWORK_FORBIDDEN_ADDRESS", detail: { host: "localhost" } });
    expect(server.sockets).toEqual([]);
  });

  test.each([
    ["as an address", "http://127.0.0.2/latest/meta-data"],
    ["as one of IPv6", "http://[::1]/"],
    ["behind a name", "http://inside.test/"],
  ])("is refused after a redirect, %s", async (_, location) => {
    const server = await serve((_, response) => response.writeHead(302, { location }).end());
    const rules = rulesFor({ names: { "inside.test": ["127.0.0.3"] } });
    const error = await failure(get(`http://127.0.0.1:${server.port}/`, rules));
    expect(error).toMatchObject({ code: "NETWORK_FORBIDDEN_ADDRESS" });
    await closed(server);
  });

  test("is asked about anew for every connection: a name that changes its mind gains nothing", async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: "/again" }).end());
    const answers = [["127.0.0.1"], ["127.0.0.2"]];
    const rules = rulesFor();
    const lookup: typeof rules.network.lookup = (name, options, callback) =>
      lookupOf({ "rebound.test": answers.shift() ?? [] })(name, options, callback);
    const changing = { ...rules, network: { ...rules.network, lookup } };
    const error = await failure(get(`http://rebound.test:${server.port}/`, changing));
    expect(error).toMatchObject({ code: "NETWORK_FORBIDDEN_ADDRESS", detail: { address: "127.0.0.2" } });
    expect(server.requests).toHaveLength(1);
  });
});

describe("redirects", () => {
  test.each([301, 302, 303, 307, 308])("with %i are followed", async (status) => {
    const server = await serve(({ url }, response) => {
      if (url === "/b.png") response.end(picture);
      else response.writeHead(status, { location: "/b.png" }).end("moved");
    });
    expect(await get(`http://127.0.0.1:${server.port}/a.png`)).toEqual(picture);
    expect(server.requests.map(({ url }) => url)).toEqual(["/a.png", "/b.png"]);
    await closed(server);
  });

  test("are followed five times and no more, so loops end", async () => {
    const server = await serve(({ url = "" }, response) => {
      const left = Number(url.slice(1));
      if (left === 0) response.end(picture);
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    expect(await get(`http://127.0.0.1:${server.port}/5`)).toEqual(picture);
    const error = await failure(get(`http://127.0.0.1:${server.port}/6`));
    expect(error).toMatchObject({
      code: "NETWORK_FAILED",
      message: expect.stringMatching(/more than 5 times/),
    });
    expect(server.requests).toHaveLength(12);
  });

  test("leave the list of hosts at no hop", async () => {
    const server = await serve(({ headers, url }, response) => {
      const host = headers.host?.replace("a.test", "b.test");
      response.writeHead(302, { location: url === "/" ? "/same" : `http://${host}/` }).end();
    });
    const names = { "a.test": ["127.0.0.1"], "b.test": ["127.0.0.1"] };
    const rules = rulesFor({ names, allowUrls: [`a.test:${server.port}`] });
    const error = await failure(get(`http://a.test:${server.port}/`, rules));
    expect(error).toMatchObject({ code: "NETWORK_NOT_ALLOWED", detail: { host: `b.test:${server.port}` } });
    expect(server.requests.map(({ url }) => url)).toEqual(["/", "/same"]);
  });

  test("without a location are failures", async () => {
    const { port } = await serve((_, response) => response.writeHead(302).end());
    const error = await failure(get(`http://127.0.0.1:${port}/`));
    expect(error).toMatchObject({ code: "NETWORK_FAILED", detail: { status: 302 } });
  });
});

describe("a picture that is too large", () => {
  const rules = () => rulesFor({ bytes: 100_000 });

  test("by its Content-Length is refused before a byte of it is read", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100001" });
      response.flushHeaders();
    });
    const error = await failure(get(`http://127.0.0.1:${server.port}/a.png?key`, rules()));
    expect(error).toMatchObject({
      code: "NETWORK_TOO_LARGE",
      detail: { url: `http://127.0.0.1:${server.port}/a.png`, allowed: 100_000 },
    });
    await closed(server);
  });

  test("by its bytes is refused when they are too many, even if the server never ends", async () => {
    let sent = 0;
    const server = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(10_000))) sent += 10_000;
        response.once("drain", more);
      };
      more();
    });
    const error = await failure(get(`http://127.0.0.1:${server.port}/`, rules()));
    expect(error).toMatchObject({ code: "NETWORK_TOO_LARGE" });
    await closed(server);
    expect(sent).toBeLessThan(20_000_000); // what fits into the buffers of sockets
  });

  test("is not, with just as many bytes as allowed", async () => {
    const { port } = await serve((_, response) => response.end(Buffer.alloc(100_000)));
    expect((await get(`http://127.0.0.1:${port}/`, rules())).length).toBe(100_000);
  });
});

describe("a slow server", () => {
  const rules = () => rulesFor({ time: 150 });
  const tooSlow = { code: "NETWORK_TIMEOUT", detail: expect.objectContaining({ allowed: 150 }) };

  test.each<[string, (response: ServerResponse) => void]>([
    ["that never answers", () => {}],
    ["that stops in the middle", (response) => void response.write(picture.subarray(0, 100))],
    [
      "that sends a byte now and then",
      (response) => {
        const timer = setInterval(() => response.write("."), 20);
        response.on("close", () => clearInterval(timer));
      },
    ],
    [
      "that redirects slowly",
      (response) => void setTimeout(() => response.writeHead(302, { location: "/" }).end(), 40),
    ],
  ])("%s is NETWORK_TIMEOUT, and its connection is closed", async (_, answer) => {
    const server = await serve((_, response) => answer(response));
    const start = performance.now();
    expect(await failure(get(`http://127.0.0.1:${server.port}/`, rules()))).toMatchObject(tooSlow);
    expect(performance.now() - start).toBeLessThan(5000);
    await closed(server);
  });

  test("of names is NETWORK_TIMEOUT too", async () => {
    const { network, ...others } = rules();
    const stuck = { ...others, network: { ...network, lookup: () => {} } };
    expect(await failure(get("http://slow.test/", stuck))).toMatchObject(tooSlow);
  });
});

describe("an abort", () => {
  test.each([
    ["before the answer", false],
    ["in the middle of it", true],
  ])("%s rejects with its reason at once and closes the connection", async (_, begin) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const server = await serve((_, response) => {
      if (begin) response.write(picture.subarray(0, 100));
      setTimeout(() => controller.abort(reason), 20);
    });
    expect(await failure(get(`http://127.0.0.1:${server.port}/`, rulesFor(), controller.signal))).toBe(
      reason,
    );
    await closed(server);
  });

  test("while the name is looked up rejects at once, and its answer is ignored", async () => {
    const controller = new AbortController();
    const { network, ...others } = rulesFor();
    let answer = () => {};
    const lookup: typeof network.lookup = (_, __, callback) => {
      answer = () => callback(null, [{ address: "127.0.0.1", family: 4 }]);
      controller.abort(new Error("enough"));
    };
    const rules = { ...others, network: { ...network, lookup } };
    expect(await failure(get("http://slow.test/", rules, controller.signal))).toBe(controller.signal.reason);
    answer();
  });
});

describe("what goes wrong", () => {
  const switching = "HTTP/1.1 101 Switching Protocols\r\n";
  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ["a status that is no success", (response) => response.writeHead(404).end("none"), /answers 404/],
    ["an empty success", (response) => response.writeHead(204).end(), /answers 204/],
    ["a part of a picture", (response) => response.writeHead(206).end(picture), /answers 206/],
    [
      "a compressed answer",
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end("x"),
      /compressed/,
    ],
    ["a connection that breaks", (response) => response.destroy(), /hang up/],
    [
      "an answer that ends before its length",
      (response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write(picture.subarray(0, 100), () => response.destroy());
      },
      /aborted/,
    ],
    [
      "another protocol",
      (response) => void response.socket?.write(`${switching}Connection: Upgrade\r\nUpgrade: x\r\n\r\n`),
      /answers 101/,
    ],
    ["another protocol and no more", (response) => void response.socket?.end(`${switching}\r\n`), /./],
    ["no HTTP", (response) => void response.socket?.end("hello\r\n\r\n"), /Parse Error/],
  ])("%s is NETWORK_FAILED, without the query", async (_, answer, message) => {
    const { port } = await serve((_, response) => answer(response));
    const error = await failure(get(`http://127.0.0.1:${port}/a.png?key=c2VjcmV0`));
    expect(error).toMatchObject({ code: "NETWORK_FAILED", message: expect.stringMatching(message) });
    expect(inspect(error, { depth: 9 })).not.toContain("c2VjcmV0");
  });

  test("a name that does not exist and a port where nobody listens are NETWORK_FAILED", async () => {
    const { port } = await serve((_, response) => response.end());
    await stopServers();
    for (const address of ["http://none.test/", `http://127.0.0.1:${port}/`]) {
      expect(await failure(get(address))).toMatchObject({ code: "NETWORK_FAILED", cause: expect.any(Error) });
    }
  });

  test("a server without TLS at an https: address is NETWORK_FAILED", async () => {
    const { port } = await serve((_, response) => response.end(picture));
    expect(await failure(get(`https://127.0.0.1:${port}/`))).toMatchObject({ code: "NETWORK_FAILED" });
  });

  test("an empty answer and a page are errors of the picture", async () => {
    const rules = { ...imageRules, urls: rulesFor() };
    const codeOf = async (text: string) => {
      const { port } = await serve((_, response) => response.end(text));
      const taken = takeImage(`http://127.0.0.1:${port}/`, { copyInput: true, rules });
      return ((await failure(loadImage(taken, { rules, stop: never }))) as { code: string }).code;
    };
    expect(await codeOf("")).toBe("IMAGE_EMPTY");
    expect(await codeOf("<!doctype html>")).toBe("IMAGE_UNSUPPORTED");
  });
});
