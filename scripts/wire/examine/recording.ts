// The bytes of an exchange as records, in the form that the relay tells them in: so one tape shows
// what passes in a lesson and what the doctor sees.
import { AnswerTape } from '../answer-tape.ts';
import type { Exchange } from '../exchange.ts';
import { latin1, ResponseReader, readRequestHead, responseFraming } from '../http.ts';
import type { WireFacts } from '../records.ts';

/** The longest wait that a timer knows, in milliseconds: the exchange itself ends sooner. */
const FOR_EVER = 2 ** 31 - 1;

/**
 * Tells what passes in an exchange, from its first byte to its end.
 *
 * @param emit takes each record, `at` in milliseconds since 1970
 */
export function recordExchange(
  exchange: Exchange,
  emit: (facts: WireFacts & { at: number }) => void,
): void {
  const { sent, raw } = exchange;
  const end = Buffer.from(sent).indexOf('\r\n\r\n') + 4;
  const request = readRequestHead(sent.subarray(0, end));
  if ('malformed' in request) return;

  const opened = Date.now() - exchange.now;
  let at = exchange.now;
  const tape = new AnswerTape(
    (facts) => emit({ ...facts, at: opened + at }),
    request,
    latin1(sent.subarray(0, end)),
  );
  const reader = new ResponseReader();
  reader.expect(request.method);
  let taken = 0;
  void exchange.until(({ ending, endedAt = 0, cause }) => {
    for (; taken < raw.length; taken++) {
      const piece = raw[taken]!;
      at = piece.at;
      const parts = reader.feed(piece.bytes);
      for (const { head } of parts) {
        if (!head) continue;
        const framing = responseFraming(head, request.method);
        if ('kind' in framing) tape.arrive(head, framing);
      }
      tape.passed(parts);
    }
    if (ending === undefined) return false;
    at = endedAt;
    tape.end(ending, cause);
    return true;
  }, FOR_EVER);
}
