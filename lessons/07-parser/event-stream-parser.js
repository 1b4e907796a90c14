// Lesson 07: from bytes to events.
//
// A stream arrives in pieces, and the pieces know nothing of events. One may end inside an event,
// inside a field, between CR and LF, or in the middle of a character; another holds ten events.
// Whoever gives them to `feed`, one by one, is told the events that were sent.
//
//   const parser = new EventStreamParser({
//     onEvent: ({ type, data, lastEventId }) => console.log(type, data),
//   });
//   for await (const piece of pieces) parser.feed(piece); // what `reader.read()` gives as `value`
//   parser.end();
//
// It needs nothing else, and runs in browsers and in Node. The rules it follows:
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

/**
 * @typedef {object} StreamEvent
 * @property {string} type `message` if the stream names none
 * @property {string} data its lines, with LF between them
 * @property {string} lastEventId the ID of this event, or of the last one before it that had any
 */

const nothing = () => {};

export class EventStreamParser {
  #onEvent;
  #onRetry;
  #onComment;
  #maxLineLength;

  // #region 4+ Decode the stream, and not each piece of it.
  #decoder = new TextDecoder(); // keeps half a character until the rest of it comes
  // #endregion
  #unfinishedLine = '';
  #endedWithCr = false;
  #hasEnded = false;

  // What has been heard of the next event.
  #type = '';
  /** @type {string | undefined} undefined until there is a `data` field, and that may be empty */
  #data;
  #id;
  #lastEventId;

  /**
   * @param {object} options
   * @param {(event: StreamEvent) => void} options.onEvent is told each event at its blank line
   * @param {(milliseconds: number) => void} [options.onRetry] is told the reconnection time
   * @param {(comment: string) => void} [options.onComment] is told what stands behind the colon
   * @param {string} [options.lastEventId] the ID that an earlier connection has heard last
   * @param {number} [options.maxLineLength] how many UTF-16 code units a line may have at the most;
   *   without it, as many as memory holds
   * @throws {TypeError} if `onEvent` is no function
   */
  constructor(options) {
    const { onEvent, onRetry, onComment, lastEventId, maxLineLength } = options ?? {};
    if (typeof onEvent !== 'function') throw new TypeError(withoutListener(options));
    this.#onEvent = onEvent;
    this.#onRetry = onRetry ?? nothing;
    this.#onComment = onComment ?? nothing;
    this.#id = this.#lastEventId = lastEventId ?? '';
    this.#maxLineLength = maxLineLength ?? Number.POSITIVE_INFINITY;
  }

  /** What a client that comes back sends as `Last-Event-ID`: the ID of the last whole event. */
  get lastEventId() {
    return this.#lastEventId;
  }

  /**
   * Takes the next piece, and tells what it completes. What a listener throws comes out here, and
   * the whole lines behind that event are lost.
   *
   * @param {Uint8Array} bytes cut anywhere
   * @throws {TypeError} if they are no bytes
   * @throws {RangeError} if a line is longer than `maxLineLength`; nothing can be fed after that
   * @throws {Error} after the end
   */
  feed(bytes) {
    if (this.#hasEnded) throw new Error('It has ended: make a new parser for the next stream.');
    if (!ArrayBuffer.isView(bytes)) throw new TypeError(noBytes(bytes));
    // #region 4+ Decode the stream, and not each piece of it.
    //- this.#takeText(new TextDecoder().decode(bytes));
    this.#takeText(this.#decoder.decode(bytes, { stream: true }));
    // #endregion
  }

  /** The stream is over. An event without its blank line is dropped: nobody knows what is missing. */
  end() {
    this.#hasEnded = true;
    this.#unfinishedLine = '';
  }

  /** @param {string} text */
  #takeText(text) {
    // #region 1 Cut the text into lines, wherever the pieces were cut.
    //- this.#onEvent({ type: 'message', data: text, lastEventId: '' });
    if (text === '') return;
    // A CR has ended its line at once. An LF that follows belongs to it, in the next piece as well.
    if (this.#endedWithCr && text.startsWith('\n')) text = text.slice(1);
    this.#endedWithCr = text.endsWith('\r');
    if (text.includes('\r')) text = text.replaceAll(/\r\n?/g, '\n');

    // #region 5+ Search only what is new, and refuse a line that is too long.
    //- const lines = (this.#unfinishedLine + text).split('\n');
    //- this.#unfinishedLine = lines.pop() ?? '';
    //- for (const line of lines) this.#takeLine(line);
    const lines = text.split('\n');
    lines[0] = this.#unfinishedLine + lines[0]; // begun in an earlier piece
    this.#unfinishedLine = lines.pop() ?? ''; // goes on in a later one
    for (const line of lines) {
      this.#refuseIfTooLong(line);
      this.#takeLine(line);
      if (this.#hasEnded) return; // a listener has called end()
    }
    this.#refuseIfTooLong(this.#unfinishedLine);
    // #endregion
    // #endregion
  }

  /**
   * Takes one line apart and acts on it.
   * @param {string} line without its end
   */
  #takeLine(line) {
    // #region 3 Keep the fields of an event, and tell it at its blank line.
    if (line === '') return this.#dispatch();
    // #endregion
    if (line.startsWith(':')) return this.#onComment(withoutFirstSpace(line.slice(1)));
    // #region 2 Take a field apart at its first colon, and act on retry.
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : withoutFirstSpace(line.slice(colon + 1));
    // #region 3 Keep the fields of an event, and tell it at its blank line.
    if (name === 'data') this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    if (name === 'event') this.#type = value;
    if (name === 'id' && !value.includes('\0')) this.#id = value;
    // #endregion
    if (name === 'retry' && /^[0-9]+$/.test(value)) this.#onRetry(Number(value));
    // Any other name means nothing, and is no mistake: it may mean something one day.
    // #endregion
  }

  /** The event is complete. */
  #dispatch() {
    // #region 3 Keep the fields of an event, and tell it at its blank line.
    const type = this.#type || 'message';
    const data = this.#data;
    this.#type = '';
    this.#data = undefined;
    this.#lastEventId = this.#id; // also where there is no data, and so no event
    if (data !== undefined) this.#onEvent({ type, data, lastEventId: this.#lastEventId });
    // #endregion
  }

  /** @param {string} line whole, or what is there of it */
  #refuseIfTooLong(line) {
    // #region 5+ Search only what is new, and refuse a line that is too long.
    if (line.length <= this.#maxLineLength) return;
    this.end();
    throw new RangeError(
      `A line is longer than ${this.#maxLineLength}, the maxLineLength of this parser.`,
    );
    // #endregion
  }
}

/** @param {string} text */
function withoutFirstSpace(text) {
  return text.startsWith(' ') ? text.slice(1) : text;
}

/** @param {unknown} options */
function withoutListener(options) {
  const example = 'new EventStreamParser({ onEvent: (event) => … })';
  if (typeof options === 'function') return `It takes an object, not a function: ${example}.`;
  return `onEvent is missing, or no function: ${example}.`;
}

/** @param {unknown} given */
function noBytes(given) {
  if (typeof given === 'string') {
    return 'feed() takes bytes and got text. Give it what reader.read() gives, before any decoding.';
  }
  if (given && typeof given === 'object' && 'value' in given) {
    return 'feed() takes bytes and got what read() gives. Give it the `value` in there.';
  }
  return 'feed() takes bytes: a Uint8Array.';
}
