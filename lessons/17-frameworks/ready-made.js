// Right: a ready-made client over fetch.
//
// @microsoft/fetch-event-source reads event streams with any method and headers. It is no EventSource:
// README.md says where it does otherwise, and each line below that is not obvious is about one of these.
//
// https://github.com/Azure/fetch-event-source
import { fetchEventSource } from '../../public/frameworks/fetch-event-source.js'; // your own: '@microsoft/fetch-event-source'

/**
 * Listens until it is told to leave.
 *
 * @param {string} url
 * @param {EventLog} pieces
 * @returns {() => void} leaves
 */
export function listen(url, pieces) {
  const leaving = new AbortController();
  pieces.opening(url);
  // #region 4 Listen with the ready-made client.
  fetchEventSource(url, {
    signal: leaving.signal,
    openWhenHidden: true, // else it leaves when the tab is hidden, and comes back when it is seen
    async onopen(response) {
      if (response.status !== 200) throw new Error(`${response.status} is no stream`);
      pieces.opened(`${response.status} ${response.headers.get('content-type')}`);
    },
    onmessage({ event, id, data }) {
      if (data === '') return; // it calls for every empty line, even where there was no event
      pieces.add({ type: event || 'message', id, data });
    },
    onclose() {
      throw new Error('the server ended it'); // else it takes an end for the last one
    },
    onerror(error) {
      if (/is no stream/.test(error.message)) throw error; // what is thrown here ends it for good
      pieces.comingBack(`${error.message}: it will ask again`);
    },
  }).catch((error) => pieces.failed(error.message));
  // #endregion
  return () => leaving.abort();
}

/** @typedef {import('../../public/event-log.js').EventLog} EventLog */
