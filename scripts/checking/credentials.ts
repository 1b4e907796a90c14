// Cookies that say who asks: what a check can ask about how they are set, and about what they open.
//
// https://www.rfc-editor.org/rfc/rfc6265#section-4.1
// https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-set-cookie
import { visible } from '../wire/bytes.ts';
import type { Answer, Otherwise } from './answer.ts';
import { headExcerpt } from './diagnosis.ts';
import { Failure } from './failure.ts';

/** Lesson milliseconds that a head may take. */
const SOON = 3000;
/** Characters of a value that nobody guesses: 80 bits in base 32. */
const SECRET = 16;

/** The cookie that an answer sets, as a browser sends it back: `name=value`. */
export async function ticketFrom(bought: Answer): Promise<string> {
  return (await cookieOf(bought)).pair;
}

/**
 * Buys two tickets, and judges how their cookies are set.
 *
 * @param buy sends the request
 */
export async function isSoldWell(buy: () => Answer): Promise<void> {
  const [first, second] = [buy(), buy()];
  const [cookie, other] = [await cookieOf(first), await cookieOf(second)];
  const { value, attributes } = cookie;
  const wrong = (sentence: string, advice: string) =>
    new Failure({ sentence, excerpt: headExcerpt(first, 'set-cookie'), advice, certain: true });
  if (!attributes.has('httponly')) {
    throw wrong(
      'The cookie is set without `HttpOnly`: any script that gets into the page can read the ticket and send it away.',
      'Add it behind the value: `; HttpOnly`.',
    );
  }
  const sameSite = attributes.get('samesite')?.toLowerCase();
  if (sameSite !== 'lax' && sameSite !== 'strict') {
    throw wrong(
      sameSite === 'none'
        ? 'The cookie is set with `SameSite=None`: every page of the world may have it sent along.'
        : 'The cookie is set without `SameSite`. What other sites may have it sent along with is then left to the browser, and browsers differ.',
      'Say it: `; SameSite=Lax`. The other port is the same site, so the ticket reaches it all the same.',
    );
  }
  const path = attributes.get('path');
  if (path !== undefined && path !== '/') {
    throw wrong(
      `The cookie is set with \`Path=${visible(path)}\`: a browser does not send it to \`/journeys\`.`,
      'Leave `Path` out: what is set at `/tickets` is then for the whole server.',
    );
  }
  const domain = attributes.get('domain')?.replace(/^\./, '');
  const { hostname } = new URL(first.stage.target.origin);
  if (domain !== undefined && domain !== hostname) {
    throw wrong(
      `The cookie is set for the domain \`${visible(domain)}\`, and it was \`${hostname}\` that was asked: a browser drops it.`,
      'Leave `Domain` out: then the cookie is for the host that set it, and for all of its ports.',
    );
  }
  if (other.value === value || value.length < SECRET) {
    const why =
      other.value === value ? 'two tickets are the same' : `\`${visible(value)}\` can be guessed`;
    throw wrong(
      `Whoever knows a ticket is its passenger, and ${why}.`,
      'Make each one with `randomUUID()`.',
    );
  }
}

/** The first cookie that an answer sets. */
async function cookieOf(answer: Answer) {
  const otherwise = 'Answer `POST /tickets`.';
  const head = await answer.headComes({ within: SOON, otherwise });
  const line = head.headers.find(({ name }) => name.toLowerCase() === 'set-cookie');
  const [pair = '', ...rest] = (line?.value ?? '').split(';').map((part) => part.trim());
  const [name = '', value = ''] = split(pair);
  if (!name || !value) {
    throw new Failure({
      sentence: line
        ? `\`${visible(`Set-Cookie: ${line.value}`)}\` sets nothing: \`ticket=…\` was meant to come first.`
        : `\`${answer.method} ${answer.path}\` was answered without \`Set-Cookie\`: the browser has nothing to show at the gate.`,
      excerpt: headExcerpt(answer, 'set-cookie'),
      advice: "Set it before the head goes: `response.setHeader('Set-Cookie', …)`.",
      certain: true,
    });
  }
  const attributes = new Map(rest.map(split).map(([key, text]) => [key.toLowerCase(), text]));
  return { pair, value, attributes };
}

function split(part: string): [string, string] {
  const at = part.indexOf('=');
  return at < 0 ? [part, ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
}

/** The answer must be the stream of a passenger. */
export async function takesTicket(
  answer: Answer,
  { asked, otherwise }: Otherwise & { asked: string },
): Promise<void> {
  const { status } = await answer.headComes({ within: SOON, otherwise });
  if (status !== 200) {
    throw new Failure({
      sentence: `${asked}, and is refused with ${status}.`,
      excerpt: headExcerpt(answer),
      advice: otherwise,
      certain: true,
    });
  }
  answer.isAnEventStream();
  await answer.eventComes(1, { within: SOON, otherwise: 'Leave `streamJourneys` as it is.' });
}

/** Who shows nothing that counts must be refused. */
export async function isRefusedWithout(answer: Answer, asked: string): Promise<void> {
  const otherwise = 'Answer 401 where `passengerOf` gives nobody.';
  const { status } = await answer.headComes({ within: SOON, otherwise });
  if (status === 401 || status === 403) return;
  const inQuery = answer.path.includes('?');
  throw new Failure({
    sentence: inQuery
      ? `${asked}, and the gate opened. An address is no place for a secret: histories keep it, and the logs of every server and proxy on the way.`
      : `${asked}, and is answered ${status}: 401 was meant.`,
    excerpt: headExcerpt(answer),
    advice: inQuery ? 'Look at the headers alone: `Cookie`, and later `Authorization`.' : otherwise,
    certain: true,
  });
}
