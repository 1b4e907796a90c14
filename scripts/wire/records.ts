// What a relay tells about the bytes that pass through it. The records go as JSON to whoever shows
// the wire, so they hold text and numbers only.
import type { Span } from './bytes.ts';
import type { Ending } from './exchange.ts';
import type { Finding } from './findings.ts';

/** What passed to the client, after the levers, when it passed. */
export type WireRecord = WireFacts & {
  /** Counted from 1 for each relay. */
  connection: number;
  /** One request and its answer; counted from 1 for each relay. */
  exchange: number;
  /** Milliseconds since 1970, fractions kept. */
  at: number;
};

/** A record without its place in the course of things. */
export type WireFacts =
  | {
      kind: 'request';
      method: string;
      target: string;
      accept: string;
      /** The head, one character for each byte (latin1). */
      text: string;
      bodyLength?: number;
    }
  | {
      /** Some of the request's body, as the client sent it; of a long one only the beginning. */
      kind: 'request-piece';
      offset: number;
      /** Base64. */
      bytes: string;
    }
  | {
      kind: 'head';
      status: number;
      /** The head, one character for each byte (latin1). */
      text: string;
      contentType: string;
    }
  | {
      kind: 'piece';
      /** Where the first byte is in the body, chunk framing not counted. */
      offset: number;
      /** Base64. Empty where nothing but framing passed. */
      bytes: string;
      /** HTTP's own bytes around these (latin1): chunk sizes before, the chunk's line end after. */
      framing?: { before: string; after: string };
    }
  | { kind: 'event'; span: Span; type: string; data: string; lastEventId: string }
  | { kind: 'comment'; span: Span }
  | { kind: 'finding'; finding: Finding; text: string }
  | {
      kind: 'end';
      how: Ending;
      /** The bytes of an event that no blank line has closed. */
      unfinished?: Span;
      /** One sentence, where there is more to say. */
      cause?: string;
    }
  | {
      /** After an upgrade to WebSocket: a whole frame, as it was sent. */
      kind: 'frame';
      direction: 'up' | 'down';
      opcode: number;
      final: boolean;
      masked: boolean;
      /** Bytes of its payload. */
      length: number;
      /** Base64, without the mask; of a long one only the beginning. */
      payload: string;
    }
  | { kind: 'sealed'; direction: 'up' | 'down'; length: number };
