// Lets a learner's program be TypeScript, on any Node: what tsx does, and no more than a lesson needs.
//
// tsx also understands CommonJS, tsconfig paths and JSX, and needs twice the processor time to begin.
// A process is started for each save, so that counts. See translate.js for the other end.
import { register } from 'node:module';

register('./translate.js', import.meta.url);
process.setSourceMapsEnabled(true); // lines and columns in stacks are those of the file
