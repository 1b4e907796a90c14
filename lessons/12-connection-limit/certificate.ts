// Reads the certificate of this clone, and the key that belongs to it. Given: no step is in here.
//
// It stands in .kit/certificate at the top of the clone, whatever folder below this server runs in.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MAKE = 'Run `npm run certificate`, and start this server again.';

/**
 * Looks for `.kit/certificate` in a directory, and in those above it.
 *
 * @returns `pem`: key and certificate, as TLS takes them; empty where there is a `problem`, which is a
 *   sentence with the command that mends it
 */
export function readCertificate(directory: string): { pem: string; problem: string } {
  const pem = textIn(directory);
  if (pem === '') {
    return { pem, problem: `HTTP/2 needs a certificate, and there is none yet. ${MAKE}` };
  }
  try {
    if (Date.parse(new X509Certificate(pem).validTo) > Date.now()) return { pem, problem: '' };
    return { pem: '', problem: `The certificate for HTTP/2 has run out. ${MAKE}` };
  } catch {
    return { pem: '', problem: `.kit/certificate is no certificate. Remove it. ${MAKE}` };
  }
}

function textIn(directory: string): string {
  try {
    return readFileSync(join(directory, '.kit', 'certificate'), 'utf8');
  } catch {
    const above = dirname(directory);
    return above === directory ? '' : textIn(above);
  }
}
