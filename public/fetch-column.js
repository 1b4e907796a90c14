// The fetch column of the lessons whose steps are not about fetch: what a stream is made of, piece by
// piece. Lesson 01 has this code in its own client.js; lesson 06 takes it apart.

/**
 * Connects a log to an address by fetch, as often as one likes.
 *
 * @param {EventLog} log
 * @param {() => string} url asked for at each connection
 */
export function fetchColumn(log, url) {
  /** @type {AbortController | undefined} */
  let leaving;

  /** @param {Record<string, string>} headers sent along */
  async function connectWith(headers) {
    disconnect(); // pressed twice, it must not listen twice
    const mine = new AbortController();
    leaving = mine;
    log.opening(url());
    try {
      const response = await fetch(url(), { headers, signal: mine.signal });
      log.opened(
        `${response.status} ${response.headers.get('content-type') ?? response.statusText}`,
      );
      await readPieces(response, log);
      log.closed(response.status === 204 ? 'no body to read' : 'done: the server ended it');
    } catch (error) {
      if (mine.signal.aborted) return; // it was we who left, and disconnect has said so
      log.failed(`broken: ${error instanceof Error ? error.message : error}`);
    }
    leaving = undefined;
  }

  function disconnect() {
    if (!leaving) return;
    leaving.abort();
    leaving = undefined;
    log.closed('you left');
  }

  return { connect: () => connectWith({}), connectWith, disconnect };
}

/**
 * @param {Response} response
 * @param {EventLog} log
 */
async function readPieces(response, log) {
  if (!response.body) return; // 204 has none
  const reader = response.body.getReader();
  const decoder = new TextDecoder(); // keeps the half of a character for the next piece
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    log.piece(decoder.decode(value, { stream: true }), value.byteLength);
  }
}

/** @typedef {import('./event-log.js').EventLog} EventLog */
