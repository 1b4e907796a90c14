// Servers that the doctor looks at: what somebody might really have written, wrong in one way, or
// right in an odd one. Events come every few milliseconds, so that a short look sees enough.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { InquiryText } from '../../scripts/wire/examine/inquiry.ts';
import type { FindingId } from '../../scripts/wire/findings.ts';

export interface StreamCase {
  id: FindingId;
  name: string;
  /** Makes the server anew, for it may remember. */
  listener: () => RequestListener;
  /** What is asked, besides the address. */
  ask?: Omit<InquiryText, 'url'>;
  path?: string;
}

/** Milliseconds between two events. */
export const TICK = 25;
export const PAGE = 'http://app.example:5173';

const HEAD = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };

/** Answers with an event stream. */
export function begin(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(200, { ...HEAD, ...headers });
  response.flushHeaders();
}

/** Calls `act` again and again, until this client leaves. */
export function every(response: ServerResponse, act: () => void, milliseconds = TICK): void {
  const timer = setInterval(act, milliseconds);
  response.on('close', () => clearInterval(timer));
}

export function lastEventId(request: IncomingMessage): number {
  return Number(request.headers['last-event-id'] ?? 0);
}

/** Each client has its own count, and goes on where it stopped. */
export const resumes =
  (headers: Record<string, string> = {}): RequestListener =>
  (request, response) => {
    begin(response, headers);
    let number = lastEventId(request);
    every(response, () => response.write(`id: ${++number}\ndata: train ${number}\n\n`));
  };

/** Time after time, without IDs. */
const plainClock: RequestListener = (_request, response) => {
  begin(response);
  every(response, () => response.write(`data: ${new Date().toISOString()}\n\n`));
};

/** Allows what it is told to, and answers OPTIONS with these headers. */
const withCors =
  (
    allow: (request: IncomingMessage) => Record<string, string>,
    options = allow,
  ): (() => RequestListener) =>
  () =>
  (request, response) => {
    if (request.method === 'OPTIONS') response.writeHead(204, options(request)).end();
    else resumes(allow(request))(request, response);
  };

const fixed = (headers: Record<string, string>) => withCors(() => headers);
const reflect = (request: IncomingMessage) => ({
  'Access-Control-Allow-Origin': request.headers.origin ?? 'http://nobody.example',
});
const exact = { 'Access-Control-Allow-Origin': PAGE, Vary: 'Origin' };
const exactWithCredentials = { ...exact, 'Access-Control-Allow-Credentials': 'true' };
const page = { origin: PAGE };
const ticket = { origin: PAGE, credentials: true };
const withToken = { origin: PAGE, headers: ['Authorization: Bearer x'] };
const json = {
  origin: PAGE,
  method: 'POST',
  headers: ['Content-Type: application/json'],
  body: '{}',
};

export const provoking: StreamCase[] = [
  {
    id: 'replays',
    name: 'a server that takes no notice of the header',
    listener: () => (_request, response) => {
      begin(response);
      let number = 0;
      every(response, () => response.write(`id: ${++number}\ndata: train ${number}\n\n`));
    },
  },
  {
    id: 'replays',
    name: 'the last event sent once more',
    listener: () => (request, response) => {
      begin(response);
      let number = Math.max(1, lastEventId(request));
      every(response, () => response.write(`id: ${number}\ndata: train ${number++}\n\n`));
    },
  },
  {
    id: 'replays',
    name: 'a whole history at once, and then the news',
    listener: () => {
      const clients = new Set<ServerResponse>();
      const history: string[] = [];
      setInterval(() => {
        const event = `id: ${history.length}\ndata: call ${history.length}\n\n`;
        history.push(event);
        for (const client of clients) client.write(event);
      }, TICK).unref();
      return (_request, response) => {
        begin(response);
        response.write(history.join(''));
        clients.add(response);
        response.on('close', () => clients.delete(response));
      };
    },
  },
  {
    id: 'shared-clients',
    name: 'one timer variable for all clients',
    listener: () => {
      let timer: NodeJS.Timeout;
      return (_request, response) => {
        begin(response);
        // What is never cleared here must not keep the test alive.
        timer = setInterval(() => response.write('data: tick\n\n'), TICK).unref();
        response.on('close', () => clearInterval(timer));
      };
    },
  },
  {
    id: 'shared-clients',
    name: 'one clock for all, stopped by whoever leaves',
    listener: () => {
      const clients = new Set<ServerResponse>();
      let clock: NodeJS.Timeout | undefined;
      return (_request, response) => {
        begin(response);
        clients.add(response);
        clock ??= setInterval(() => {
          for (const client of clients) client.write('data: tick\n\n');
        }, TICK).unref();
        response.on('close', () => {
          clients.delete(response);
          clearInterval(clock);
          clock = undefined;
        });
      };
    },
  },
  {
    id: 'shared-clients',
    name: 'one variable for the response',
    listener: () => {
      let client: ServerResponse | undefined;
      return (_request, response) => {
        begin(response);
        client = response;
        every(response, () => client?.write('data: tick\n\n'));
      };
    },
  },
  {
    id: 'shared-clients',
    name: 'who leaves ends all the others',
    listener: () => {
      const clients = new Set<ServerResponse>();
      return (_request, response) => {
        begin(response);
        clients.add(response);
        every(response, () => response.write('data: tick\n\n'));
        response.on('close', () => {
          clients.delete(response);
          for (const client of clients) client.end();
        });
      };
    },
  },
  {
    id: 'shared-clients',
    name: 'one counter of IDs for all clients',
    listener: () => {
      let number = 0;
      return (_request, response) => {
        begin(response);
        every(response, () => response.write(`id: ${++number}\ndata: tick\n\n`));
      };
    },
  },
  {
    id: 'shared-clients',
    name: 'one counter in the data for all clients',
    listener: () => {
      let number = 0;
      return (_request, response) => {
        begin(response);
        every(response, () => response.write(`data: {"train": ${number++}}\n\n`));
      };
    },
  },
  { id: 'cors-missing', name: 'no header', listener: () => resumes(), ask: page },
  {
    id: 'cors-missing',
    name: 'another CORS header alone',
    listener: fixed({ 'Access-Control-Allow-Credentials': 'true' }),
    ask: ticket,
  },
  {
    id: 'cors-origin',
    name: 'another port',
    listener: fixed({ 'Access-Control-Allow-Origin': 'http://app.example:3000' }),
    ask: page,
  },
  {
    id: 'cors-origin',
    name: 'a slash at the end',
    listener: fixed({ 'Access-Control-Allow-Origin': `${PAGE}/` }),
    ask: page,
  },
  {
    id: 'cors-origin',
    name: 'a list',
    listener: fixed({ 'Access-Control-Allow-Origin': `${PAGE}, http://b.example` }),
    ask: page,
  },
  {
    id: 'cors-wildcard-credentials',
    name: 'anybody',
    listener: fixed({
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Credentials': 'true',
    }),
    ask: ticket,
  },
  {
    id: 'cors-wildcard-credentials',
    name: 'anybody, and a Vary',
    listener: fixed({
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Credentials': 'true',
      Vary: 'Origin',
    }),
    ask: ticket,
  },
  { id: 'cors-credentials', name: 'no header', listener: fixed(exact), ask: ticket },
  {
    id: 'cors-credentials',
    name: 'a capital letter',
    listener: fixed({ ...exact, 'Access-Control-Allow-Credentials': 'True' }),
    ask: ticket,
  },
  { id: 'cors-vary', name: 'the origin sent back', listener: withCors(reflect), ask: page },
  {
    id: 'cors-vary',
    name: 'a list of origins, and another Vary',
    listener: withCors(
      ({ headers }): Record<string, string> =>
        headers.origin === PAGE
          ? { 'Access-Control-Allow-Origin': PAGE, Vary: 'Accept-Encoding' }
          : { Vary: 'Accept-Encoding' },
    ),
    ask: page,
  },
  {
    id: 'preflight',
    name: 'OPTIONS is not known',
    listener: () => (request, response) => {
      if (request.method === 'OPTIONS') response.writeHead(404).end();
      else resumes(exact)(request, response);
    },
    ask: withToken,
  },
  {
    id: 'preflight',
    name: 'OPTIONS wants a login',
    listener: () => (request, response) => {
      if (request.headers.authorization === undefined) response.writeHead(401, exact).end();
      else resumes(exact)(request, response);
    },
    ask: withToken,
  },
  {
    id: 'preflight',
    name: 'leave for the request and none for the preflight',
    listener: withCors(
      () => exact,
      () => ({ 'Access-Control-Allow-Headers': 'authorization' }),
    ),
    ask: withToken,
  },
  {
    id: 'preflight-method',
    name: 'no list',
    listener: fixed(exact),
    ask: { ...page, method: 'PUT', body: 'x' },
  },
  {
    id: 'preflight-method',
    name: 'any method, with credentials',
    listener: fixed({ ...exactWithCredentials, 'Access-Control-Allow-Methods': '*' }),
    ask: { ...ticket, method: 'PUT', body: 'x' },
  },
  { id: 'preflight-headers', name: 'no list', listener: fixed(exact), ask: json },
  {
    id: 'preflight-headers',
    name: 'any header, and a token',
    listener: fixed({ ...exact, 'Access-Control-Allow-Headers': '*' }),
    ask: withToken,
  },
  {
    id: 'preflight-headers',
    name: 'Last-Event-ID sent by a script',
    listener: fixed({ ...exact, 'Access-Control-Allow-Headers': 'content-type' }),
    ask: { ...page, headers: ['Last-Event-ID: 4'] },
  },
];

export const quiet: StreamCase[] = [
  { id: 'replays', name: 'it goes on where the client stopped', listener: () => resumes() },
  {
    id: 'replays',
    name: 'only what was missed is sent again',
    listener: () => {
      const history: string[] = [];
      setInterval(() => history.push(`id: ${history.length + 1}\ndata: call\n\n`), TICK).unref();
      return (request, response) => {
        begin(response);
        let sent = request.headers['last-event-id'] ? lastEventId(request) : history.length;
        every(response, () => {
          while (sent < history.length) response.write(history[sent++]!);
        });
      };
    },
  },
  {
    id: 'replays',
    name: 'a greeting without an ID, each time the same',
    listener: () => (request, response) => {
      begin(response);
      response.write('event: hello\ndata: welcome\n\n');
      let number = lastEventId(request);
      every(response, () => response.write(`id: ${++number}\ndata: train\n\n`));
    },
  },
  {
    id: 'replays',
    name: 'all has been heard: 204',
    listener: () => (request, response) => {
      if (request.headers['last-event-id'] === '3') response.writeHead(204).end();
      else {
        begin(response);
        response.end('id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n');
      }
    },
  },
  {
    id: 'replays',
    name: 'IDs that begin again for other events',
    listener: () => (_request, response) => {
      begin(response);
      let number = 0;
      every(response, () => response.write(`id: ${++number}\ndata: ${performance.now()}\n\n`));
    },
  },
  {
    id: 'replays',
    name: 'one ID for all events',
    listener: () => (_request, response) => {
      begin(response);
      every(response, () => response.write('id: here\ndata: tick\n\n'));
    },
  },
  { id: 'shared-clients', name: 'each client counts for itself', listener: () => resumes() },
  { id: 'shared-clients', name: 'a clock for each client', listener: () => plainClock },
  {
    id: 'shared-clients',
    name: 'one clock and one count for all, and every event to everybody',
    listener: () => {
      const clients = new Set<ServerResponse>();
      let number = 0;
      setInterval(() => {
        number++;
        for (const client of clients) client.write(`id: ${number}\ndata: ${number}\n\n`);
      }, TICK).unref();
      return (_request, response) => {
        begin(response);
        clients.add(response);
        response.on('close', () => clients.delete(response));
      };
    },
  },
  {
    id: 'shared-clients',
    name: 'the time as the ID',
    listener: () => (_request, response) => {
      begin(response);
      every(response, () => response.write(`id: ${Date.now()}\ndata: tick\n\n`));
    },
  },
  {
    id: 'shared-clients',
    name: 'a few events, and then rest',
    listener: () => (_request, response) => {
      begin(response);
      let number = 0;
      every(response, () => {
        if (++number <= 5) response.write(`data: ${number}\n\n`);
      });
    },
  },
  {
    id: 'shared-clients',
    name: 'an answer that is over after some words',
    listener: () => (_request, response) => {
      begin(response);
      let number = 0;
      every(response, () => {
        if (++number <= 8) response.write(`data: {"delta": "word "}\n\n`);
        else response.end('data: [DONE]\n\n');
      });
    },
  },
  {
    id: 'shared-clients',
    name: 'one client at a time, and the second is told so',
    listener: () => {
      let open = 0;
      return (request, response) => {
        if (open > 0) {
          response.writeHead(503, { 'Retry-After': '1' }).end();
          return;
        }
        open++;
        response.on('close', () => open--);
        plainClock(request, response);
      };
    },
  },
  {
    id: 'cors-missing',
    name: 'any origin',
    listener: fixed({ 'access-control-allow-origin': '*' }),
    ask: page,
  },
  { id: 'cors-missing', name: 'nobody asked for a page', listener: () => resumes() },
  {
    id: 'cors-origin',
    name: 'any origin',
    listener: fixed({ 'Access-Control-Allow-Origin': '*' }),
    ask: page,
  },
  {
    id: 'cors-origin',
    name: 'a page without an origin that is let in',
    listener: fixed({ 'Access-Control-Allow-Origin': 'null', Vary: 'Origin' }),
    ask: { origin: 'null' },
  },
  {
    id: 'cors-wildcard-credentials',
    name: 'anybody, without credentials',
    listener: fixed({
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Credentials': 'true',
    }),
    ask: page,
  },
  {
    id: 'cors-wildcard-credentials',
    name: 'this origin',
    listener: fixed(exactWithCredentials),
    ask: ticket,
  },
  { id: 'cors-credentials', name: 'none are sent', listener: fixed(exact), ask: page },
  {
    id: 'cors-credentials',
    name: 'leave for them',
    listener: fixed(exactWithCredentials),
    ask: ticket,
  },
  {
    id: 'cors-vary',
    name: 'Vary among others',
    listener: withCors((request) => ({ ...reflect(request), vary: 'Accept-Encoding, ORIGIN' })),
    ask: page,
  },
  {
    id: 'cors-vary',
    name: 'one origin for all time, whoever asks',
    listener: fixed({ 'Access-Control-Allow-Origin': PAGE }),
    ask: page,
  },
  {
    id: 'preflight',
    name: 'a plain request needs none, and OPTIONS is not known',
    listener: () => (request, response) => {
      if (request.method === 'OPTIONS') response.writeHead(500).end();
      else resumes(exact)(request, response);
    },
    ask: { ...page, headers: ['Accept-Language: de', 'Accept: text/event-stream'] },
  },
  {
    id: 'preflight',
    name: 'answered 200 with a body',
    listener: () => (request, response) => {
      if (request.method === 'OPTIONS') {
        response.writeHead(200, { ...exact, 'Access-Control-Allow-Headers': 'Authorization' });
        response.end('yes');
      } else resumes(exact)(request, response);
    },
    ask: withToken,
  },
  {
    id: 'preflight-method',
    name: 'POST needs no leave',
    listener: fixed({ ...exact, 'Access-Control-Allow-Headers': 'Content-Type' }),
    ask: json,
  },
  {
    id: 'preflight-method',
    name: 'any method, without credentials',
    listener: fixed({ ...exact, 'Access-Control-Allow-Methods': '*' }),
    ask: { ...page, method: 'PUT', body: 'x' },
  },
  {
    id: 'preflight-headers',
    name: 'capitals do not count',
    listener: fixed({ ...exact, 'Access-Control-Allow-Headers': 'X-Other, CONTENT-TYPE' }),
    ask: json,
  },
  {
    id: 'preflight-headers',
    name: 'any header but the token',
    listener: fixed({ ...exact, 'Access-Control-Allow-Headers': '*, Authorization' }),
    ask: { ...withToken, headers: ['Authorization: Bearer x', 'X-Request-Id: 7'] },
  },
];
