// Fetches what lesson 17 compares with.
//
//   npm run frameworks
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { provideFrameworks } from './course/frameworks.ts';

const root = join(import.meta.dirname, '..');

await runCommand({
  name: 'frameworks',
  about:
    'Fetches the packages of lesson 17 (Express, NestJS, React and two clients: 33 MB) into its own\n' +
    'folder, once. No other lesson needs them, and lesson 17 works in part without them.',
  options: {},
  async run() {
    const fetched = await provideFrameworks(root, (line) => process.stdout.write(`${line}\n`));
    process.stdout.write(
      fetched
        ? 'They are in lessons/17-frameworks/frameworks. Save a file of the exercise, or start the lesson anew.\n'
        : 'The packages of lesson 17 are here already: nothing was changed.\n',
    );
    return 0;
  },
});
