// The endpoint of fastify-server.mjs with Express 5: a picture in the body of POST /segment, a table of its classes as JSON
// out, or the overlay where the client accepts a PNG.
//
//   node examples/express-server.mjs [--model <package>] [--port 3000]
//   curl --data-binary @picture.jpg -H "content-type: image/jpeg" localhost:3000/segment
//   curl --data-binary @picture.jpg -H "content-type: image/jpeg" -H "accept: image/png" localhost:3000/segment -o overlay.png
import { once } from "node:events";
import { parseArgs } from "node:util";
import { AutoModel, DeepLabError } from "deeplab-rt";
import express from "express";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "models/sample" },
    port: { type: "string", default: "3000" },
  },
});

// Under load a server has to say no: what does not fit into the queue is refused at once instead of kept in memory.
const model = await AutoModel.fromPretrained(values.model, { maxQueue: 16, onFull: "reject" });
await model.warmUp(); // the first client should not wait for memory and plans

// Bytes only. `infer` takes a string for a path and an object for what it describes: what a parser made of text or JSON
// would have any file of this machine opened for any client. Other types than these are answered with 415.
const bytes = express.raw({ type: ["image/*", "application/octet-stream"], limit: "20mb" });

const app = express();
app.post("/segment", bytes, async (request, response) => {
  const image = request.body;
  if (!Buffer.isBuffer(image))
    return response.status(415).json({ message: "expected a picture as the body" });
  // A client that went away needs no answer: what has not begun never runs.
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const result = await model.infer(image, { deadline: 5000, signal: gone.signal });
  if (request.get("accept")?.includes("image/png"))
    return response.type("image/png").send(await result.overlay({ image, format: "png" }));
  const { width, height, timings } = result;
  response.json({ width, height, classes: await result.classStats(), milliseconds: timings.total });
});
app.get("/health", (_request, response) => void response.json(model.stats().calls));

// The client's fault, our load, or our fault: the code of the error says which.
const statuses = {
  QUEUE_FULL: 503,
  DEADLINE_EXCEEDED: 503,
  CLOSED: 503,
  IMAGE_TOO_LARGE: 413,
  IMAGE_UNSUPPORTED: 415,
};
// Four parameters tell Express that it is for errors.
app.use((error, _request, response, _next) => {
  if (response.closed) return; // nobody is there any more
  const { code, message, status: own } = error;
  if (!(error instanceof DeepLabError)) return response.status(own ?? 500).json({ code, message });
  const status = statuses[code] ?? (code.startsWith("IMAGE_") ? 422 : 500);
  if (status === 503) response.set("retry-after", "1");
  response.status(status).json({ code, message });
});

const server = app.listen(Number(values.port), "127.0.0.1");
await once(server, "listening");
// First no new requests, then those under way, then the model.
for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, async () => {
    server.close();
    await once(server, "close");
    await model.close();
  });
console.log(`listening on http://127.0.0.1:${server.address().port}`);
