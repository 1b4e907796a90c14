// Another program, as an editor is: it writes a file when it is told to, and says when it has.
//
// One line of JSON on standard input, { file, text }; one on standard output, { at }: epoch
// milliseconds just before the write.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

for await (const line of createInterface({ input: process.stdin })) {
  const { file, text } = JSON.parse(line);
  const at = Date.now();
  writeFileSync(file, text);
  process.stdout.write(`${JSON.stringify({ at })}\n`);
}
