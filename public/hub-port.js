// How a page in a frame of the hub speaks with the hub: through one MessagePort, which only the
// window around it can hand over.
//
//   frame → hub   postMessage { type: 'down-the-wire:ready', view }       view: a random id
//   hub → frame   postMessage { type: 'down-the-wire:wire' } with a port
//
// After that everything goes through the port, which nobody else can reach. What the view is told
// and tells is written in wire-view.js. One thing is settled here: a clicker's keys come to whatever
// has the focus, and while somebody presents they belong to the hub.
//
//   hub → frame   { kind: 'presenting', on }
//   frame → hub   { kind: 'key', key }

const PATIENCE = 1000; // milliseconds until a frame without a port counts as alone
const UNSENT = 50; // messages kept until the port is there
const PRESENTER_KEYS = ['PageDown', 'PageUp', 'Home'];

/**
 * @typedef {object} Answers
 * @property {() => void} open the port is there
 * @property {() => void} missing there is no hub around this page
 * @property {(message: any) => void} message something came from the hub
 */

export class HubPort {
  /** @type {Answers} */ #answers;
  /** @type {MessagePort | undefined} */ #port;
  /** @type {object[]} */ #unsent = [];
  #isPresenting = false;

  /** @param {Answers} answers */
  constructor(answers) {
    this.#answers = answers;
  }

  ask() {
    if (window.parent === window) return this.#answers.missing();
    window.addEventListener('message', this.#takePort);
    document.addEventListener('keydown', this.#handOver, { capture: true });
    const view = crypto.getRandomValues(new Uint32Array(2)).join('-');
    // To any origin, for a page cannot know where its hub is; the message gives nothing away.
    window.parent.postMessage({ type: 'down-the-wire:ready', view }, '*');
    setTimeout(() => this.#port || this.#answers.missing(), PATIENCE);
  }

  /** @param {object} message kept until the port is there */
  send(message) {
    if (this.#port) this.#port.postMessage(message);
    else if (this.#unsent.push(message) > UNSENT) this.#unsent.shift();
  }

  close() {
    window.removeEventListener('message', this.#takePort);
    document.removeEventListener('keydown', this.#handOver, { capture: true });
    this.#port?.close();
    this.#port = undefined;
  }

  #takePort = (/** @type {MessageEvent} */ { source, data, ports }) => {
    const [port] = ports;
    if (source !== window.parent || data?.type !== 'down-the-wire:wire' || !port) return;
    this.#port?.close();
    this.#port = port;
    port.onmessage = ({ data }) => {
      if (data?.kind === 'presenting') this.#isPresenting = data.on;
      else this.#answers.message(data);
    };
    for (const message of this.#unsent.splice(0)) port.postMessage(message);
    this.#answers.open();
  };

  #handOver = (/** @type {KeyboardEvent} */ event) => {
    const { key, target } = event;
    const isTyped = target instanceof HTMLInputElement && key === 'Home';
    if (!this.#isPresenting || !PRESENTER_KEYS.includes(key) || isTyped) return;
    event.preventDefault();
    event.stopPropagation();
    this.send({ kind: 'key', key });
  };
}
