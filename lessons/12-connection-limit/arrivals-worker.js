// The one stream of all tabs, in a worker that they have in common: it is there as long as one of
// them is. Nobody has to lead, and nobody to take over.
//
// https://html.spec.whatwg.org/multipage/workers.html#shared-workers-and-the-sharedworker-interface

// #region 4+ Share it by a worker.
/** The tabs that listen. @type {Set<MessagePort>} */
const ports = new Set();

addEventListener('connect', (event) => {
  const [port] = /** @type {[MessagePort]} */ (/** @type {MessageEvent} */ (event).ports);
  ports.add(port);
  port.onmessage = () => {
    ports.delete(port);
    if (ports.size === 0) close(); // nobody listens: the next tab has a new worker
  };
});

const source = new EventSource('/arrivals');
source.onmessage = ({ data }) => {
  for (const port of ports) port.postMessage(data);
};
// #endregion
