// examples/fastify-server.mjs answers over HTTP as a client sees it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

describe("fastify-server", () => {
  let server: ChildProcess;
  let address: string;
  let picture: Buffer;
  beforeAll(async () => {
    server = spawn(process.execPath, ["examples/fastify-server.mjs", "--port", "0"], {
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

  const post = (body: Uint8Array | string, headers: Record<string, string> = {}) =>
    fetch(`${address}/segment`, {
      method: "POST",
      body: body as Buffer,
      headers: { "content-type": "image/jpeg", ...headers },
    });

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
