// Lets Node run TypeScript, any Node that the kit runs on: what tsx does, and no more than the kit needs.
//
// tsx also understands CommonJS, tsconfig paths and JSX, and needs twice the processor time to begin.
// A process is started for each save, so that counts.
import module from 'node:module';
import { MessageChannel } from 'node:worker_threads';

/**
 * Hands over what need not be translated here, before it is imported.
 * @type {(translation: Record<string, string>) => void} addresses of files, and their JavaScript
 */
export const giveTranslation = 'registerHooks' in module ? await hookHere() : hookElsewhere();
process.setSourceMapsEnabled(true); // lines and columns in stacks are those of the file

/** From Node 22.15 on modules are loaded by hooks of this thread. */
async function hookHere() {
  const { give, resolve, load } = await import('./hooks-sync.js');
  module.registerHooks({ resolve, load });
  return give;
}

/** Before, Node has a thread for them, and the translation is sent there. */
function hookElsewhere() {
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  module.register('./hooks.js', import.meta.url, { data: { port: port2 }, transferList: [port2] });
  return (/** @type {Record<string, string>} */ translation) => port1.postMessage(translation);
}
