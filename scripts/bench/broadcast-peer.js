// @ts-nocheck: the packages are here only once the benchmark has run.
//
// One server that broadcasts, in a process of its own: see broadcast.ts. `POST /events` takes a JSON list
// of texts, `GET /events` hears them; each peer does it as its own documentation shows.
//
//   node broadcast-peer.js NAME
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';

const port = Number(process.env.PORT);

const peers = {
  async 'better-sse'() {
    const { createChannel, createSession } = await import('better-sse');
    const channel = createChannel();
    createServer(async (request, response) => {
      if (request.method === 'POST') {
        for (const text of await textsOf(request)) channel.broadcast({ text });
        response.writeHead(202).end();
      } else channel.register(await createSession(request, response));
    }).listen(port, '127.0.0.1');
  },

  async 'express-sse'() {
    const { default: express } = await import('express');
    const { default: SSE } = await import('express-sse');
    const sse = new SSE();
    const app = express();
    app.get('/events', (request, response) => {
      sse.init(request, response);
      response.flushHeaders();
    });
    app.post('/events', async (request, response) => {
      for (const text of await textsOf(request)) sse.send({ text });
      response.sendStatus(202);
    });
    app.listen(port, '127.0.0.1');
  },

  async '@fastify/sse'() {
    const { default: fastify } = await import('fastify');
    const { default: plugin } = await import('@fastify/sse');
    const replies = new Set();
    const app = fastify();
    await app.register(plugin, { heartbeatInterval: 0 });
    let id = 0;
    app.get('/events', { sse: { kind: 'only', heartbeat: false } }, async (_request, reply) => {
      reply.sse.keepAlive();
      reply.sse.sendHeaders();
      reply.raw.flushHeaders();
      replies.add(reply);
      reply.sse.onClose(() => replies.delete(reply));
    });
    app.post('/events', async (request, reply) => {
      for (const text of request.body) {
        id += 1;
        for (const { sse } of replies) sse.send({ id: String(id), data: { text } }).catch(() => {});
      }
      reply.code(202);
    });
    await app.listen({ port, host: '127.0.0.1' });
  },

  /** As little as can be done: one buffer, one write to each socket, nothing kept, nothing looked at. */
  async net() {
    const sockets = new Set();
    createSocketServer((socket) => {
      socket.on('error', () => {});
      let asked = '';
      socket.on('data', (bytes) => {
        asked += bytes.toString('latin1');
        const end = asked.indexOf('\r\n\r\n') + 4;
        const length = Number(/content-length: (\d+)/i.exec(asked)?.[1] ?? 0);
        if (end < 4 || asked.length < end + length) return;
        const body = asked.slice(end);
        const isPost = asked.startsWith('POST');
        asked = '';
        if (!isPost) {
          socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
          sockets.add(socket);
          socket.on('close', () => sockets.delete(socket));
          return;
        }
        const events = JSON.parse(body).map((text) => `data: ${JSON.stringify({ text })}\n\n`);
        const all = Buffer.from(events.join(''));
        for (const one of sockets) one.write(all);
        socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n');
      });
    }).listen(port, '127.0.0.1');
  },
};

async function textsOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString());
}

await peers[process.argv[2]]();
