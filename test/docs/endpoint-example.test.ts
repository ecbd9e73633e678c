// The endpoints among the examples answer over HTTP as a client sees it, whichever framework they are made with.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ModelStats } from "deeplab-rt";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

describe.each(["fastify-server", "express-server"])("%s", (name) => {
  let server: ChildProcess;
  let address: string;
  let picture: Buffer;
  beforeAll(async () => {
    server = spawn(process.execPath, [`examples/${name}.mjs`, "--port", "0"], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    for await (const chunk of server.stdout ?? []) {
      said += chunk;
      address = /listening on (http:\S+)/.exec(said)?.[1] ?? "";
      if (address !== "") break;
    }
    picture = await readFile(path.join(root, "assets/samples/wood.jpg"));
  });
  afterAll(() => void server.kill("SIGKILL"));

  const post = (
    body: Uint8Array | string,
    headers: Record<string, string> = {},
    signal: AbortSignal | null = null,
  ) =>
    fetch(`${address}/segment`, {
      method: "POST",
      body: body as Buffer,
      headers: { "content-type": "image/jpeg", ...headers },
      signal,
    });
  const health = async () => (await (await fetch(`${address}/health`)).json()) as ModelStats["calls"];

  test("answers a picture with a table of its classes", async () => {
    const response = await post(picture);
    expect(response.status).toBe(200);
    const answer = (await response.json()) as { width: number; classes: { name: string; pixels: number }[] };
    expect(answer).toMatchObject({ width: 640, height: 480 });
    expect(answer.classes.map(({ name }) => name)).toEqual([
      "background",
      "scratch",
      "pit",
      "stain",
      "crack",
    ]);
    expect(answer.classes.reduce((sum, { pixels }) => sum + pixels, 0)).toBe(640 * 480);
  });

  test("answers with the overlay where a PNG is accepted", async () => {
    const response = await post(picture, { accept: "image/png" });
    expect(response.headers.get("content-type")).toBe("image/png");
    const { format, width } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    expect([format, width]).toEqual(["png", 640]);
  });

  test.each([
    ["what is no picture", 415, "IMAGE_UNSUPPORTED", () => Buffer.from("no picture at all")],
    ["a picture that ends early", 422, "IMAGE_CORRUPT", () => picture.subarray(0, 9000)],
    ["no bytes", 422, "IMAGE_EMPTY", () => Buffer.alloc(0)],
  ])("says that %s is the client's fault, by code", async (_, status, code, body) => {
    const response = await post(body());
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code, message: expect.stringMatching(/\w+ \w+/) });
  });

  // Each names a picture that the server could read, or describes one: no client may say what is opened here.
  const wood = path.join(root, "assets/samples/wood.jpg");
  const pixels = { data: [255, 0, 0], width: 1, height: 1 };
  test.each([
    ["text", "text/plain", () => wood],
    ["text of a file that is not there", "text/plain", () => `${wood}.none`],
    ["text of a file that is no picture", "text/plain", () => path.join(root, "package.json")],
    ["an address", "text/plain", () => `file://${wood}`],
    ["a JSON string", "application/json", () => JSON.stringify(wood)],
    ["a JSON array", "application/json", () => JSON.stringify([wood])],
    ["a JSON object of base64", "application/json", () => JSON.stringify({ base64: wood })],
    ["a JSON object of pixels", "application/json", () => JSON.stringify(pixels)],
    ["a form", "application/x-www-form-urlencoded", () => wood],
    ["a picture's type in the wrong place", "text/plain; charset=image/png", () => wood],
  ])("takes nothing but bytes: %s is 415, and nothing of the file is said", async (_, type, body) => {
    const response = await post(body(), { "content-type": type });
    const text = await response.text();
    expect([response.status, text]).toEqual([415, expect.not.stringMatching(/IMAGE_|wood|\bclasses\b/)]);
  });

  // fetch() gives every text a type: by hand there can be none.
  test.each([
    ["a path", wood],
    ["no body at all", ""],
  ])("takes nothing without a type: %s is 415", async (_, body) => {
    const request = http.request(`${address}/segment`, { method: "POST" });
    request.end(body);
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    response.resume();
    expect([request.getHeader("content-type"), response.statusCode]).toEqual([undefined, 415]);
  });

  test("reads bytes as bytes, whatever they spell", async () => {
    const named = await post(wood, { "content-type": "application/octet-stream" });
    expect(named.status).toBe(415);
    expect(await named.json()).toMatchObject({ code: "IMAGE_UNSUPPORTED" });
    const sent = await post(picture, { "content-type": "application/octet-stream" });
    expect(sent.status).toBe(200);
  });

  test("refuses more bytes than it takes, and shows nothing of its inside", async () => {
    // An answer in the middle of an upload may cut it off, and is lost then.
    const response = await post(Buffer.alloc(21 * 2 ** 20)).catch(() => undefined);
    expect([413, undefined]).toContain(response?.status);
    expect((await response?.text()) ?? "").not.toMatch(/node_modules|<html|\n +at /);
    expect((await post(picture)).status).toBe(200);
  });

  test("drops what nobody waits for any more", async () => {
    const { submitted, aborted } = await health();
    const leaving = new AbortController();
    const calls = Promise.allSettled(Array.from({ length: 12 }, () => post(picture, {}, leaving.signal)));
    while ((await health()).submitted === submitted) await sleep(2);
    leaving.abort();
    await calls;
    while ((await health()).aborted === aborted) await sleep(2);
    expect((await post(picture)).status).toBe(200);
  });

  test("refuses at once what does not fit into its queue, and answers the others", async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => post(picture)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(200);
    expect(statuses).toContain(503);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    const refused = answers.find(({ status }) => status === 503);
    expect(refused?.headers.get("retry-after")).toBe("1");
    expect(await refused?.json()).toMatchObject({
      code: expect.stringMatching(/^(QUEUE_FULL|DEADLINE_EXCEEDED)$/),
    });
    await Promise.all(answers.map((answer) => (answer.bodyUsed ? undefined : answer.arrayBuffer())));
  });

  test("ends in order when it is told to", async () => {
    server.kill("SIGTERM");
    const [code, signal] = await once(server, "exit");
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });
});
