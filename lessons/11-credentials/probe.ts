// For the table of all combinations: answers that allow this and that, and a register of what has
// arrived. This file is complete; server.ts is where the lesson is.
//
//   /probe?answer=exact   an event stream of one event, with the headers below
//   /probe-cookies        sets a cookie of each kind, for a minute
//   /register             what has come to the second port, and what was answered
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** What an answer may say to a page of another origin. */
const ANSWERS: Record<string, (origin: string) => Record<string, string>> = {
  nothing: () => ({}),
  any: () => ({ 'Access-Control-Allow-Origin': '*' }),
  'any-credentials': () => ({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Credentials': 'true',
  }),
  exact: (origin) => ({ 'Access-Control-Allow-Origin': origin }),
  'exact-credentials': (origin) => ({
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
  }),
};

/** A cookie that is sent along with requests of other sites has to be Secure; loopback is enough. */
const COOKIES = ['Lax', 'Strict', 'None; Secure'].map((kind) => {
  const name = kind.split(';', 1)[0]!.toLowerCase();
  return `probe-${name}=1; SameSite=${kind}; Path=/probe; Max-Age=60`;
});

export class Probe {
  readonly #register: { request: IncomingMessage; response: ServerResponse }[] = [];

  /** Has every request noted that comes to a listener. */
  noting(listener: RequestListener): RequestListener {
    return (request, response) => {
      this.#note(request, response);
      listener(request, response);
    };
  }

  /** Answers what is asked for the table. @returns whether it was */
  answers(request: IncomingMessage, response: ServerResponse): boolean {
    const { pathname, searchParams } = new URL(request.url!.replace(/^\/*/, '/'), 'http://here');
    const origin = request.headers.origin ?? '';
    switch (pathname) {
      case '/register':
        response.setHeader('Cache-Control', 'no-store');
        response.end(JSON.stringify(this.#register.map(entry)));
        return true;
      case '/probe-cookies':
        response.setHeader('Set-Cookie', COOKIES);
        for (const [name, value] of Object.entries(ANSWERS['exact-credentials']!(origin))) {
          response.setHeader(name, value);
        }
        response.writeHead(204).end();
        return true;
      case '/probe': {
        this.#note(request, response);
        const headers = ANSWERS[searchParams.get('answer') ?? '']?.(origin) ?? {};
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        response.setHeader('Content-Type', 'text/event-stream');
        response.setHeader('Cache-Control', 'no-store');
        response.writeHead(200).end('data: read\n\n');
        return true;
      }
      default:
        return false;
    }
  }

  #note(request: IncomingMessage, response: ServerResponse) {
    if (this.#register.at(-1)?.request === request) return; // noted already
    this.#register.push({ request, response });
    if (this.#register.length > 200) this.#register.shift();
  }
}

/** A line of the register. What is secret stays here: of cookies there are the names. */
function entry({ request, response }: { request: IncomingMessage; response: ServerResponse }) {
  const { method, url } = request;
  const { cookie = '', authorization, ...headers } = request.headers;
  const cookies = cookie.split('; ').map((one) => one.split('=', 1)[0]);
  const hasToken = authorization !== undefined;
  const answer = response.getHeaders();
  return { method, url, headers, cookies, hasToken, status: response.statusCode, answer };
}
