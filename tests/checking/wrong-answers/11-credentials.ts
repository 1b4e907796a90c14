// What people write at two in the morning: each is a change of the finished files of lesson 11.
import type { WrongAnswer } from './wrong-answer.ts';

const COOKIE = '; HttpOnly; SameSite=Lax; Max-Age=3600';
const CREDENTIALS = "'Access-Control-Allow-Credentials', 'true'";
const TRUSTED = 'trusted.has(origin))';

export const wrongAnswers: WrongAnswer[] = [
  // Step 1: the cookie.
  { name: 'any-site', step: 1, change: [{ from: COOKIE, to: '; HttpOnly; SameSite=None' }] },
  { name: 'no-word-about-sites', step: 1, change: [{ from: COOKIE, to: '; HttpOnly' }] },
  {
    name: 'for-one-path',
    step: 1,
    change: [{ from: COOKIE, to: '; HttpOnly; SameSite=Lax; Path=/tickets' }],
  },
  {
    name: 'with-a-domain',
    step: 1,
    change: [{ from: COOKIE, to: '; HttpOnly; SameSite=Strict; Domain=localhost' }],
  },
  {
    name: 'counts-its-tickets',
    step: 1,
    change: [
      { from: '  const ticket = randomUUID();', to: '  const ticket = `${tickets.size + 1}`;' },
    ],
  },
  {
    name: 'one-ticket-for-all',
    step: 1,
    change: [
      { from: '  const ticket = randomUUID();\n', to: '' },
      { from: 'const TICK = 1000;', to: 'const ticket = randomUUID();\nconst TICK = 1000;' },
    ],
  },
  {
    name: 'sets-a-cookie-of-the-request',
    step: 1,
    change: [{ from: "setHeader('Set-Cookie',", to: "setHeader('Cookie'," }],
  },
  { name: 'not-kept', step: 1, change: [{ from: '  tickets.set(ticket, passenger);\n', to: '' }] },
  {
    name: 'whatever-it-says',
    step: 1,
    change: [
      {
        from: '  return tickets.get(ticket);',
        to: "  return tickets.get(ticket) ?? (ticket ? 'somebody' : undefined);",
      },
    ],
  },
  // Step 2: allow credentials.
  {
    name: 'true-in-capitals',
    step: 2,
    change: [{ from: CREDENTIALS, to: "'Access-Control-Allow-Credentials', 'TRUE'" }],
  },
  // Step 3: exact origin.
  {
    name: 'begins-like-ours',
    step: 3,
    change: [
      {
        from: TRUSTED,
        to: "[...trusted].some((ours) => origin.startsWith(ours.replace(/:\\d+$/, ''))))",
      },
    ],
  },
  {
    name: 'any-scheme',
    step: 3,
    change: [{ from: TRUSTED, to: "trusted.has(origin.replace('https:', 'http:')))" }],
  },
  {
    name: 'only-for-passengers',
    step: 3,
    finding: 'cors-missing',
    change: [
      {
        from: "  if (!passenger) return say(response, 401, { error: 'Show your ticket, please.' });\n",
        to: "  if (!passenger) {\n    response.removeHeader('Access-Control-Allow-Origin');\n    return say(response, 401, { error: 'Show your ticket, please.' });\n  }\n",
      },
    ],
  },
  // Step 5: a token.
  {
    name: 'no-leave-for-the-header',
    step: 5,
    finding: 'preflight-headers',
    change: [
      {
        from: "'Access-Control-Allow-Headers', 'Authorization'",
        to: "'Access-Control-Allow-Headers', 'Token'",
      },
    ],
  },
  {
    name: 'any-token',
    step: 5,
    change: [
      {
        from: '  if (token) return tokens.get(token);',
        to: "  if (token) return tokens.get(token) ?? 'bearer';",
      },
    ],
  },
];
