// How an EventSource behaves, as far as a script can see: one list, for the browser's own and for
// FetchEventSource, in a page and in Node.
//
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import { ofAddresses } from './addresses.js';
import { ofEndings } from './endings.js';
import { ofTheInterface } from './interface.js';

export { run } from './playing.js';
export const behaviours = [...ofTheInterface, ...ofEndings, ...ofAddresses];
