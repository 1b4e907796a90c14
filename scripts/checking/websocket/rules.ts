// What a WebSocket server must do, as questions to a server: each is one check's work. As with Answer,
// the first question that is answered with no ends the check with a Failure.
import { type FrameToWrite, frameBytes, OPCODES } from '../../wire/websocket.ts';
import type { Otherwise } from '../answer.ts';
import { countsOf } from '../ending.ts';
import { aboutSeconds, Failure, seconds } from '../failure.ts';
import type { Scene } from '../language.ts';
import { Conversation, closeWords, maskedFrame } from './conversation.ts';

type Within = Otherwise & { within: number /* lesson milliseconds */ };
type Asking = Pick<Scene, 'send'>;

/** Lesson milliseconds that the clients of other checks are waited for. */
const PATIENCE = 1_000_000;

/** What a client sends that may not be sent: each in a conversation of its own. */
export interface Offence {
  /** The beginning of a sentence: "A frame without a mask was sent". */
  sent: string;
  frames: Uint8Array[];
  /** The code that the standard has for it. */
  code: number;
}

/** Bytes behind a Close code. */
export function codeBytes(code: number): Uint8Array {
  return Uint8Array.of(code >> 8, code & 0xff);
}

/** After an offence nothing may be repeated, and the connection must come to its end. */
export async function endsAt(
  scene: Asking,
  path: string,
  { sent, frames, code }: Offence,
  next: Within,
): Promise<void> {
  const client = await Conversation.open(scene, path, next);
  client.answersPings = false; // nothing else may push on what waits for more bytes
  client.raw(Buffer.concat(frames));
  const before = client.texts.length;
  await client.comes(() => client.over, next.within);
  // Without a Close and behind a ping it was let go for its silence, and not for this.
  const wasSilent = !client.close && client.frames.some(({ opcode }) => opcode === OPCODES.ping);
  if (!client.over || wasSilent) {
    // The board goes on by itself. What is none of the board's was said in answer.
    const isRepeated = client.texts.slice(before).some((text) => !text.startsWith('{'));
    throw new Failure({
      sentence:
        `${sent}, and the server ${isRepeated ? 'took it, and repeated it' : 'goes on as if nothing had been'}. ` +
        `It was meant to close the connection, with the code ${code}.`,
      excerpt: client.table(),
      advice: next.otherwise,
    });
  }
  await client.ends(sent, next);
}

/** A Close is answered with one that has the same code, and then the connection ends. */
export async function answersClose(
  scene: Asking,
  path: string,
  code: number | undefined,
  next: Within,
): Promise<void> {
  const client = await Conversation.open(scene, path, next);
  const sent =
    code === undefined
      ? 'A Close without a code was sent'
      : `A Close with the code ${code} was sent`;
  client.send(code === undefined ? '' : codeBytes(code), { opcode: OPCODES.close });
  await client.comes(() => client.over, next.within);
  const fail = (sentence: string): never => {
    throw new Failure({ sentence, excerpt: client.table(), advice: next.otherwise });
  };
  if (!client.close) {
    fail(
      client.answer.ending
        ? `${sent}, and the connection ended without a word. A Close was meant to come back first.`
        : `${sent}, and none came back within ${aboutSeconds(next.within)}.`,
    );
  }
  const words = closeWords(client.close!);
  // Without a code there may be none in the answer as well, or 1000.
  const isSame = code === undefined ? /^(1000|without)/.test(words) : words === `${code}`;
  if (!isSame)
    fail(
      `${sent}, and the Close that came back has ${words === 'broken' ? 'a broken code' : words}. The same code was meant.`,
    );
  await client.ends(sent, next);
}

/** Clients who leave without a word take with them what was made for them. */
export async function forgetsTelegraphs(
  scene: Asking,
  path: string,
  { size, hears, ...next }: Within & { size: number; hears: number },
): Promise<void> {
  const stay = await Conversation.open(scene, path, next);
  const { stage } = stay.answer;
  // The other checks' clients come and go as well: it is counted when they have gone.
  const isAlone = () =>
    stage.answers.every((one) => one === stay.answer || one.path !== path || one.ending);
  await stay.comes(isAlone, PATIENCE);
  const before = await countsOf(stage);
  const leaving = await Promise.all(
    Array.from({ length: size }, () => Conversation.open(scene, path, next)),
  );
  for (const client of leaving) client.leave();
  const left = performance.now();
  const heard = stay.texts.length;
  await stay.comes(() => stay.texts.length >= heard + hears, 3 * next.within);
  const after = await countsOf(stage);
  const timers = after.timers - before.timers;
  const sockets = after.sockets - before.sockets;
  if (timers < size / 2 && sockets < size / 2) return;
  const kept = [
    ...(timers >= size / 2 ? ['timers of theirs still run'] : []),
    ...(sockets >= size / 2 ? ['sockets of theirs are still open'] : []),
  ];
  throw new Failure({
    sentence:
      `${size} clients came, and left again without a word. ` +
      `${seconds(stage.lesson(performance.now() - left))} later ${kept.join(', and ')}.`,
    advice: next.otherwise,
  });
}

/** Each text comes back as it was sent. */
export async function repeats(
  scene: Asking,
  path: string,
  texts: string[],
  next: Within,
): Promise<void> {
  await Promise.all(
    texts.map(async (text) => {
      const client = await Conversation.open(scene, path, next);
      client.send(text);
      await client.hears(text, next);
    }),
  );
}

/** A frame as a client sends it, or one that it may not send. */
export function sentFrame(payload: Uint8Array | string, frame: FrameToWrite = {}): Uint8Array {
  return maskedFrame(payload, frame);
}

/** A frame without a mask. */
export function bareFrame(payload: string): Uint8Array {
  return frameBytes(payload);
}
