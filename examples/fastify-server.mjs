// An endpoint: a picture in the body of POST /segment, a table of its classes as JSON out, or the overlay where the client
// accepts a PNG. express-server.mjs is the same with Express.
//
//   node examples/fastify-server.mjs [--model <package>] [--port 3000]
//   curl --data-binary @picture.jpg -H "content-type: image/jpeg" localhost:3000/segment
//   curl --data-binary @picture.jpg -H "content-type: image/jpeg" -H "accept: image/png" localhost:3000/segment -o overlay.png
import { parseArgs } from "node:util";
import { AutoModel, DeepLabError } from "deeplab-rt";
import Fastify from "fastify";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "models/sample" },
    port: { type: "string", default: "3000" },
  },
});

// Under load a server has to say no: what does not fit into the queue is refused at once instead of kept in memory.
const model = await AutoModel.fromPretrained(values.model, { maxQueue: 16, onFull: "reject" });
await model.warmUp(); // the first client should not wait for memory and plans

// Bytes only. `infer` takes a string for a path and an object for what it describes, and Fastify reads text and JSON by
// itself: a client could have any file of this machine opened. Other types than these are now answered with 415.
const server = Fastify({ bodyLimit: 20 * 2 ** 20 });
server.removeAllContentTypeParsers();
const bytes = /^(image\/|application\/octet-stream)/;
server.addContentTypeParser(bytes, { parseAs: "buffer" }, (_request, body, done) => done(null, body));

server.post("/segment", async (request, reply) => {
  const image = request.body;
  if (!Buffer.isBuffer(image)) return reply.code(415).send({ message: "expected a picture as the body" });
  // A client that went away needs no answer: what has not begun never runs.
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const result = await model.infer(image, { deadline: 5000, signal: gone.signal });
  if (request.headers.accept?.includes("image/png"))
    return reply.type("image/png").send(await result.overlay({ image, format: "png" }));
  const { width, height, timings } = result;
  return { width, height, classes: await result.classStats(), milliseconds: timings.total };
});
server.get("/health", () => model.stats().calls);

// The client's fault, our load, or our fault: the code of the error says which.
const statuses = {
  QUEUE_FULL: 503,
  DEADLINE_EXCEEDED: 503,
  CLOSED: 503,
  IMAGE_TOO_LARGE: 413,
  IMAGE_UNSUPPORTED: 415,
};
server.setErrorHandler((error, _request, reply) => {
  if (!(error instanceof DeepLabError)) return reply.send(error);
  const status = statuses[error.code] ?? (error.code.startsWith("IMAGE_") ? 422 : 500);
  if (status === 503) reply.header("retry-after", "1");
  return reply.code(status).send({ code: error.code, message: error.message });
});

// First no new requests, then those under way, then the model.
for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, async () => {
    await server.close();
    await model.close();
  });
console.log(`listening on ${await server.listen({ port: Number(values.port), host: "127.0.0.1" })}`);
