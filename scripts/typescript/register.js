// Lets a learner's program be TypeScript, on any Node: what tsx does, and no more than a lesson needs.
//
// tsx also understands CommonJS, tsconfig paths and JSX, and needs twice the processor time to begin.
// A process is started for each save, so that counts. See hooks.js for the other end.
import { register } from 'node:module';
import { MessageChannel } from 'node:worker_threads';

const { port1, port2 } = new MessageChannel();
port1.unref();
register('./hooks.js', import.meta.url, { data: { port: port2 }, transferList: [port2] });
process.setSourceMapsEnabled(true); // lines and columns in stacks are those of the file

/**
 * Hands over what need not be translated here, before it is imported.
 * @param {Record<string, string>} translation addresses of files, and their JavaScript
 */
export function giveTranslation(translation) {
  port1.postMessage(translation);
}
