// Makes the certificate that the HTTP/2 half of lesson 12 needs.
//
//   npm run certificate
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { provideCertificate } from './course/certificate.ts';
import { shownPath } from './course/writing.ts';

const root = join(import.meta.dirname, '..');

await runCommand({
  name: 'certificate',
  about:
    'Makes a certificate for localhost, 127.0.0.1, ::1 and *.localhost, which is good for 30 days: lesson\n' +
    '12 speaks HTTP/2 with it. It stays in .kit, and no browser trusts it unless you say so.',
  options: {},
  async run() {
    const { file, until, made } = await provideCertificate(root);
    const place = shownPath(root, file);
    const day = until.toISOString().slice(0, 10);
    process.stdout.write(
      made
        ? `${place} is there, with its key, and good until ${day}. Start lesson 12 anew, and it is used.\n`
        : `${place} is there already, and good until ${day}: nothing was changed.\n`,
    );
    return 0;
  },
});
