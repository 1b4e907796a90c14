// A certificate for this machine alone, so that a lesson can speak TLS: browsers speak HTTP/2 over
// nothing else. Nobody has signed it but itself, and no store of certificates is told of it.
import { generateKeyPairSync, randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import forge from 'node-forge';
import { cannotWrite, kitFolder } from './writing.ts';

const DAY = 86_400_000; // milliseconds
/** Long enough for a course; short, because nobody can take it back. */
const DAYS = 30;
/** One that ends earlier than so is made anew. */
const LEFT = 2 * DAY;
const OWNER_ONLY = 0o600;

export interface Certificate {
  /** The file, with the key and the certificate as PEM. */
  file: string;
  until: Date;
  /** Whether it was made now. */
  made: boolean;
}

/**
 * Makes `.kit/certificate`, unless there is one that is good for some days more.
 *
 * @param root the clone's folder
 * @throws KitError if it cannot be written
 */
export async function provideCertificate(root: string): Promise<Certificate> {
  const file = join(root, '.kit', 'certificate');
  const there = endOf(await readFile(file, 'utf8').catch(() => ''));
  if (there && there.getTime() > Date.now() + LEFT) {
    await chmod(file, OWNER_ONLY).catch(() => {}); // a copied clone may have lost it on the way
    return { file, until: there, made: false };
  }
  const { text, until } = makeCertificate();
  await kitFolder(root);
  const beside = `${file}.${randomUUID()}.saving`;
  try {
    // Beside it and then in its place: a server that starts now reads the old one or the new one.
    await writeFile(beside, text, { mode: OWNER_ONLY, flag: 'wx' });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw cannotWrite(root, file, error);
  }
  return { file, until, made: true };
}

/** When the certificate in a text ends; undefined if none is in it that has its key. */
function endOf(text: string): Date | undefined {
  try {
    return text.includes('PRIVATE KEY') ? new Date(new X509Certificate(text).validTo) : undefined;
  } catch {
    return undefined;
  }
}

function makeCertificate(): { text: string; until: Date } {
  // Node makes the key, which takes forge ten times as long.
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const key = forge.pki.privateKeyFromPem(privateKey);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = `00${randomBytes(15).toString('hex')}`; // 00: no negative number
  const until = new Date(Math.floor(Date.now() / 1000) * 1000 + DAYS * DAY); // whole seconds
  certificate.validity.notBefore = new Date(Date.now() - DAY); // for a clock that is behind
  certificate.validity.notAfter = until;
  const names = [{ name: 'commonName', value: 'Down the Wire, on this machine' }];
  certificate.setSubject(names);
  certificate.setIssuer(names);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: [
        { type: 2, value: 'localhost' }, // 2: a name
        { type: 2, value: '*.localhost' },
        { type: 2, value: 'a.localhost' }, // some take no star in front of a last name
        { type: 7, ip: '127.0.0.1' }, // 7: an address
        { type: 7, ip: '::1' },
      ],
    },
  ]);
  certificate.sign(key, forge.md.sha256.create());
  return { text: `${privateKey}${forge.pki.certificateToPem(certificate)}`, until };
}
