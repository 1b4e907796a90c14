// A conversation over a WebSocket, frame by frame, as a client has it that can lie: with or without a
// mask, in fragments, too long, or garbage. What comes is judged by the rules for servers.
//
// https://www.rfc-editor.org/rfc/rfc6455#section-5
import { randomBytes } from 'node:crypto';
import { visible } from '../../wire/bytes.ts';
import {
  closeCode,
  type Frame,
  FrameReader,
  type FrameToWrite,
  frameBytes,
  OPCODES,
} from '../../wire/websocket.ts';
import type { Answer, Otherwise } from '../answer.ts';
import { aboutSeconds, type Explanation, Failure, seconds } from '../failure.ts';
import type { Scene } from '../language.ts';
import { asksForUpgrade, isAccepted, upgradeHeaders } from './handshake.ts';

type Within = Otherwise & { within: number /* lesson milliseconds */ };

/** So many frames an excerpt shows, and so many characters of each. */
const ROWS = 5;
const COLUMNS = 48;

const NAMES = new Map<number, string>(Object.entries(OPCODES).map(([name, code]) => [code, name]));

export class Conversation {
  readonly answer: Answer;
  readonly #reader = new FrameReader();
  readonly #frames: (Frame & { at: number })[] = [];
  #fed = 0;
  #answered = 0;
  /** A frame is on its way in pieces: what is said meanwhile would come into the middle of it. */
  #isCutting = false;
  /** Whether pings are answered with pongs, as browsers do by themselves. */
  answersPings = true;

  /** Use `Conversation.open`. */
  private constructor(answer: Answer) {
    this.answer = answer;
    answer.exchange.onPiece(() => this.#answerPings());
  }

  /** Shakes hands. `with`: bytes that go in one piece with the request. */
  static async open(
    scene: Pick<Scene, 'send'>,
    path: string,
    options: Within & { with?: Uint8Array },
  ): Promise<Conversation> {
    const headers = upgradeHeaders();
    const body = options.with;
    const answer = asksForUpgrade(scene, path, { headers, ...(body && { body }) });
    const conversation = new Conversation(answer);
    await isAccepted(answer, headers['Sec-WebSocket-Key']!, options);
    return conversation;
  }

  /** All frames so far. `at`: real milliseconds since the request. */
  get frames(): readonly (Frame & { at: number })[] {
    const { pieces } = this.answer.exchange;
    for (; this.#fed < pieces.length; this.#fed++) {
      const { bytes, at } = pieces[this.#fed]!;
      for (const frame of this.#reader.feed(bytes)) this.#frames.push({ ...frame, at });
    }
    return this.#frames;
  }

  /** The text messages so far, put together where they came in fragments. */
  get texts(): string[] {
    const texts: string[] = [];
    let parts: Uint8Array[] = [];
    for (const { opcode, final, payload } of this.frames) {
      if (opcode !== OPCODES.text && opcode !== OPCODES.continuation) continue;
      parts.push(payload);
      if (!final) continue;
      texts.push(Buffer.concat(parts).toString('utf8'));
      parts = [];
    }
    return texts;
  }

  /** The Close frame, if it has come. */
  get close(): (Frame & { at: number }) | undefined {
    return this.frames.find(({ opcode }) => opcode === OPCODES.close);
  }

  /** Whether the server has no more to say: a Close has come, or the connection is over. */
  get over(): boolean {
    return this.close !== undefined || this.answer.ending !== undefined;
  }

  /** Sends a frame, masked unless it is said that it is not. */
  send(payload: Uint8Array | string, frame: FrameToWrite = {}): void {
    this.raw(maskedFrame(payload, frame));
  }

  /** Sends bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.answer.exchange.send(bytes);
  }

  /** Sends a frame in pieces, each when the server has had its turn with the one before. */
  async sendCut(bytes: Uint8Array, ...cuts: number[]): Promise<void> {
    const places = [0, ...cuts, bytes.length];
    this.#isCutting = true;
    try {
      for (const [index, from] of places.slice(0, -1).entries()) {
        if (index > 0) await this.answer.stage.takesItsTurn();
        this.raw(bytes.subarray(from, places[index + 1]));
      }
    } finally {
      this.#isCutting = false;
      this.#answerPings();
    }
  }

  leave(): void {
    this.answer.leave();
  }

  /**
   * Waits until something is so. What has come by then must be frames that a server may send.
   *
   * @returns false if it does not become so
   */
  async comes(look: () => boolean, within: number): Promise<boolean> {
    const isWrong = () => this.wrong() !== undefined;
    await this.answer.stage.comes(this.answer, () => look() || isWrong(), within);
    const wrong = this.wrong();
    if (wrong) throw new Failure(wrong);
    return look();
  }

  /** A text message must come. */
  async hears(text: string, { within, otherwise }: Within): Promise<void> {
    if (await this.comes(() => this.texts.includes(text), within)) return;
    throw new Failure({
      sentence: `${quoted(text)} was sent, and was meant to be repeated. It is not${this.#until(within)}.`,
      excerpt: this.table(),
      advice: otherwise,
    });
  }

  /** The connection must come to its end; a Close frame before it is told, if it came. */
  async ends(what: string, { within, otherwise }: Within): Promise<void> {
    if (await this.comes(() => this.answer.ending !== undefined, within)) return;
    throw new Failure({
      sentence: this.close
        ? `${what}. The server has sent a Close, and the connection is still open ${aboutSeconds(within)} later.`
        : `${what}, and the connection is still open ${aboutSeconds(within)} later. It was meant to end.`,
      excerpt: this.table(),
      advice: this.close ? 'End the socket behind the Close: `socket.end()`.' : otherwise,
    });
  }

  /** Why what came are no frames that a server may send; undefined if they are. */
  wrong(): Explanation | undefined {
    let isUnderWay = false;
    for (const [index, frame] of this.frames.entries()) {
      const { opcode, final } = frame;
      const wrong = wrongFrame(frame, isUnderWay);
      if (wrong) {
        const [sentence, advice] = wrong;
        return { sentence, advice, excerpt: this.table(index), certain: true };
      }
      if (opcode === OPCODES.close && index < this.frames.length - 1) {
        const sentence = 'Behind a Close frame came another one. Close was meant to be the last.';
        const advice = 'Stop the clock before you send a Close: nothing may be sent behind it.';
        return { sentence, advice, excerpt: this.table(), certain: true };
      }
      if (opcode < 8) isUnderWay = !final;
    }
    return undefined;
  }

  /**
   * The frames, one below the other, but for the board and pings, which come anyhow.
   *
   * @param wrong the number of the only one to be shown, if one is wrong
   */
  table(wrong?: number): string | undefined {
    const frames = this.frames.filter((frame, index) =>
      wrong === undefined ? !(frame.opcode === OPCODES.ping || isOfBoard(frame)) : index === wrong,
    );
    const rows = frames.slice(-ROWS).map((frame) => {
      return `    +${seconds(this.answer.lesson(frame.at))}  ${described(frame)}`;
    });
    const { ending, endedAt } = this.answer.exchange;
    if (ending && ending !== 'left' && wrong === undefined) {
      const how = ending === 'cut' ? 'it broke off' : 'the end';
      rows.push(`    +${seconds(this.answer.lesson(endedAt!))}  (${how})`);
    }
    return rows.length > 0 ? rows.join('\n') : undefined;
  }

  #until(within: number): string {
    if (this.close) return `: the server has sent a Close (${closeWords(this.close)})`;
    return this.answer.ending ? ': the connection has ended' : ` within ${aboutSeconds(within)}`;
  }

  #answerPings(): void {
    if (this.#isCutting) return;
    const pings = this.frames.filter(({ opcode }) => opcode === OPCODES.ping);
    for (; this.#answered < pings.length; this.#answered++) {
      if (this.answersPings) this.send(pings[this.#answered]!.payload, { opcode: OPCODES.pong });
    }
  }
}

/** A frame with a random mask, as every client's has to be. */
export function maskedFrame(payload: Uint8Array | string, frame: FrameToWrite = {}): Uint8Array {
  return frameBytes(payload, { mask: randomBytes(4), ...frame });
}

/** What the server may not send, and what to do about it. */
function wrongFrame(frame: Frame, isUnderWay: boolean): [string, string] | undefined {
  const { opcode, masked, reserved, length, lengthBytes, final, payload } = frame;
  const name = NAMES.get(opcode);
  const { first, second } = bytesOf(frame);
  if (reserved !== 0 || name === undefined) {
    const head = `0x${first.toString(16).padStart(2, '0')}`;
    return [
      `A frame begins with ${head}: no frame of a server does. Its opcode is ${opcode}${reserved === 0 ? '' : ', and a bit is set that is reserved'}.`,
      'A frame begins with `0x80 | opcode`: the last one of its message, and text, 1, mostly. What is no frame cannot be written to this socket.',
    ];
  }
  if (masked) {
    return [
      `The second byte of a frame is ${second}. A client reads it as a mask, and a length of ${second & 0x7f}. A server masks nothing.`,
      'Seven bits are there for a length up to 125. A longer one is announced there by 126, and stands in the two bytes behind it; or by 127, and in eight.',
    ];
  }
  if (opcode >= 8 && (length > 125 || !final)) {
    return [
      `A ${name} frame came ${final ? `with ${length} bytes: 125 are allowed` : 'that is a fragment'}.`,
      'Control frames are short and whole, always.',
    ];
  }
  const shortest = length > 0xffff ? 8 : length > 125 ? 2 : 0;
  if (lengthBytes !== shortest) {
    return [
      `A length of ${length} was written in ${lengthBytes} more bytes: ${shortest} was meant, the shortest way.`,
      'Up to 125 a length has a place in the second byte, up to 65 535 in two more, else in eight.',
    ];
  }
  if (opcode === OPCODES.continuation && !isUnderWay) {
    return ['A continuation came, and no message had begun.', 'A message begins with text, 1.'];
  }
  if (opcode === OPCODES.text && final && !isUtf8(payload)) {
    return [
      'A text frame came that is no UTF-8. A client ends the connection at that.',
      'Is the mask taken off? `payload[at] ^ mask[at % 4]`, and the text is made of the bytes of a whole message.',
    ];
  }
  return undefined;
}

function bytesOf({ final, reserved, opcode, masked, length, lengthBytes }: Frame) {
  const short = lengthBytes === 8 ? 127 : lengthBytes === 2 ? 126 : length;
  return {
    first: (final ? 0x80 : 0) | (reserved << 4) | opcode,
    second: (masked ? 0x80 : 0) | short,
  };
}

/** Whether it is news that the server sends by itself, in JSON. */
function isOfBoard({ opcode, payload }: Frame): boolean {
  return opcode === OPCODES.text && payload[0] === 0x7b;
}

function described(frame: Frame): string {
  const { opcode, final, masked, length, payload } = frame;
  const name = NAMES.get(opcode) ?? `opcode ${opcode}`;
  const words = [final ? name : `${name}, not the last`, ...(masked ? ['masked'] : [])];
  if (opcode === OPCODES.close) return `${words.join(', ')} ${closeWords(frame)}`;
  if (masked || !NAMES.has(opcode)) return words.join(', '); // its payload is not what was meant
  const text = Buffer.from(payload.subarray(0, COLUMNS)).toString('latin1');
  const isText = opcode === OPCODES.text || opcode === OPCODES.continuation;
  const shown = isText ? visible(payload.subarray(0, COLUMNS)) : visible(text);
  return `${words.join(', ')}, ${length} bytes${length > 0 ? `: ${shown}${length > COLUMNS ? '…' : ''}` : ''}`;
}

/** A Close frame's code in words. */
export function closeWords(frame: Frame): string {
  const code = closeCode(frame);
  return code === undefined ? 'broken' : code === 1005 ? 'without a code' : `${code}`;
}

function quoted(text: string): string {
  const length = Buffer.byteLength(text);
  return length > COLUMNS ? `A text of ${length} bytes` : `\`${visible(text)}\``;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
