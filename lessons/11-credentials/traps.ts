// Wrong answers that people give to lesson 11. Each is a small change of the finished files, and the
// check of its step must say what is wrong with it.
import { trap } from '../../scripts/checking/traps.ts';

const server = 'server.ts';
const page = 'client.js';

const EXACT =
  "  if (origin && trusted.has(origin)) response.setHeader('Access-Control-Allow-Origin', origin);\n";

export const traps = [
  trap({
    name: 'session-in-the-query',
    step: 1,
    title: 'The ticket may stand in the query as well',
    change: [
      {
        file: server,
        from: 'function passengerOf({ headers }: IncomingMessage): string | undefined {\n',
        to:
          'function passengerOf({ url, headers }: IncomingMessage): string | undefined {\n' +
          "  const asked = new URL(`http://here${url}`).searchParams.get('ticket');\n" +
          '  if (asked) return tickets.get(asked);\n',
      },
    ],
    symptom: 'token-seen',
    prediction: {
      question:
        'The gate takes /journeys?ticket=… too. Somebody shows their screen to a colleague. What may the colleague do?',
      choices: [
        'Nothing: the address works in that browser only.',
        'Travel as that passenger, for as long as the ticket lasts.',
        'See the journeys once: the ticket is used up then.',
      ],
      answer: 1,
      explanation:
        'Who has the address has the ticket. And addresses travel: to histories, bookmarks, the logs of ' +
        'servers and proxies, and to other sites in the header Referer. A header travels to the server ' +
        'and nowhere else.',
    },
  }),

  trap({
    name: 'readable-by-scripts',
    step: 1,
    title: 'The cookie is set without HttpOnly',
    change: [{ file: server, from: '; HttpOnly; SameSite=Lax', to: '; SameSite=Lax' }],
    symptom: 'cookies',
    prediction: {
      question:
        'Without HttpOnly, type document.cookie into the console of this page. What is there?',
      choices: [
        'The ticket.',
        'Nothing: cookies are for requests.',
        "The ticket's name, and no value.",
      ],
      answer: 0,
      explanation:
        'Without that word every script of the page reads it: a library, an extension, a text from ' +
        'outside that became markup. It takes one line to send it away. No script of this page needs it.',
    },
  }),

  trap({
    name: 'wildcard-with-credentials',
    step: 3,
    title: '* with credentials',
    change: [
      {
        file: server,
        from: EXACT,
        to: "  response.setHeader('Access-Control-Allow-Origin', origin ? '*' : '');\n",
      },
    ],
    finding: 'cors-wildcard-credentials',
    symptom: 'cors',
    prediction: {
      question:
        'The answer allows * and credentials. The page asks with its cookie. What does the server notice?',
      choices: [
        'Nothing: the browser sees the * and sends no request.',
        'A request without the cookie: * and cookies exclude each other.',
        'A request with the cookie, which it answers as ever.',
      ],
      answer: 2,
      explanation:
        'The * is in the answer, so the question has been asked by then, cookie and all. The stream runs, ' +
        'the browser leaves it, and the page is told nothing. The two headers contradict each other, and ' +
        'the browser takes the safe side.',
    },
  }),

  trap({
    name: 'null-allowed',
    step: 3,
    title: 'null is allowed',
    change: [
      {
        file: server,
        from: 'trusted.has(origin))',
        to: "(origin === 'null' || trusted.has(origin)))",
      },
    ],
    symptom: 'others-news',
    prediction: {
      question:
        'Somebody has found Origin: null in a log and put it on the list. Whose origin is it?',
      choices: [
        "Of pages that are opened from a file, and so of one's own.",
        'Of nobody: it is sent where there is no page.',
        'Of whoever wants it: every page can make a frame that has it.',
      ],
      answer: 2,
      explanation:
        '<iframe sandbox="allow-scripts"> is enough, on any page of the world, and its script asks with ' +
        'Origin: null. Whether the cookie goes along is then up to SameSite. The list has let it in.',
    },
  }),

  trap({
    name: 'ends-with',
    step: 3,
    title: 'endsWith in place of the whole origin',
    change: [
      {
        file: server,
        from: 'trusted.has(origin))',
        to: '[...trusted].some((ours) => origin.endsWith(new URL(ours).host)))',
      },
    ],
    symptom: 'others-news',
    prediction: {
      question: 'Allowed is what ends with "example.com": all of our subdomains. Who else gets in?',
      choices: [
        'evil.com/example.com: it ends with it.',
        'Whoever buys notexample.com.',
        'Nobody: names are given away from the end.',
      ],
      answer: 1,
      explanation:
        'A text that ends with a name is not a name below it: the dot is missing in between. And with the ' +
        'dot, http: and every port of every subdomain get in as well. (An origin has no path, so the first ' +
        'is none.) A list of whole origins is longer and has no holes.',
    },
  }),

  trap({
    name: 'anybody-with-credentials',
    step: 3,
    title: 'Whatever origin asks is sent back, with credentials',
    change: [{ file: server, from: 'if (origin && trusted.has(origin))', to: 'if (origin)' }],
    symptom: 'others-news',
    prediction: {
      question:
        "* is refused with credentials, so the server sends back whatever Origin came. A passenger visits a stranger's page. What can that page read?",
      choices: [
        'Nothing: the browser sees that it is none of ours.',
        'Everything that has no cookie.',
        'The journeys of that passenger, where the cookie goes along.',
      ],
      answer: 2,
      explanation:
        'The browser only compares two texts, and the server has made them equal. What is left between the ' +
        'stranger and the passenger is SameSite=Lax. On another port of this machine, or on a subdomain ' +
        'that somebody else runs, that is nothing: the same site.',
    },
  }),

  trap({
    name: 'one-side-asks',
    step: 4,
    title: 'credentials: same-origin, to another origin',
    change: [
      {
        file: page,
        from: "connectFetch({ credentials: 'include' })",
        to: "connectFetch({ credentials: 'same-origin' })",
      },
    ],
    symptom: 'cookies',
    prediction: {
      question:
        'fetch asks with credentials: "same-origin". The cookie is SameSite=Lax, and the other port is the same site. Does it go along?',
      choices: [
        'Yes: the same site is meant by it.',
        'No: another port is another origin.',
        'Yes: cookies take no notice of ports.',
      ],
      answer: 1,
      explanation:
        'Two rules, one after the other. The page says how far it wants to show its credentials, and that ' +
        'is counted in origins: scheme, host and port. Only then does the cookie have its say, and that is ' +
        'counted in sites.',
    },
  }),

  trap({
    name: 'token-in-the-address',
    step: 5,
    title: 'The page puts its token into the address',
    change: [
      {
        file: page,
        from: "  return connectFetch({ credentials: 'omit', headers: { Authorization: `Bearer ${token}` } });\n",
        to: "  return connectFetch({ credentials: 'omit' }, `${JOURNEYS}?token=${token}`);\n",
      },
      {
        file: page,
        from: 'async function connectFetch(init) {',
        to: 'async function connectFetch(init, url = JOURNEYS) {',
      },
      { file: page, from: 'await fetch(JOURNEYS, { ...init', to: 'await fetch(url, { ...init' },
    ],
    symptom: 'token-seen',
    prediction: {
      question:
        'EventSource takes no headers, so the token goes into its URL. Where else does it go?',
      choices: [
        'Nowhere: over HTTPS an address is sealed.',
        "Into the browser's history, and nowhere else.",
        'Into the logs of every server and proxy on the way that is allowed to read the request.',
      ],
      answer: 2,
      explanation:
        'HTTPS seals it on the way, and whoever ends the HTTPS writes the address into a log, with all that ' +
        'is in it. A log lives longer than a token should. If it must be EventSource: a cookie, or the ' +
        'event source of lesson 08, which sends headers.',
    },
  }),
];
