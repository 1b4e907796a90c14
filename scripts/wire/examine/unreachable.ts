// Why no answer came, said so that one can do something about it.
import { type Finding, finding, quote, seconds } from '../finding.ts';

/** What is known of a request that got no answer. */
export interface Silence {
  url: URL;
  /** `ECONNREFUSED`, or a sentence; missing where time was up. */
  cause?: string | undefined;
  /** The connection was there. */
  connected: boolean;
  /** What came, if any bytes did. */
  came: Uint8Array;
  /** How long was waited, in milliseconds. */
  waited: number;
}

const LOOK_ALL_THE_SAME = 'With `--insecure` the doctor looks all the same.';

/** What is wrong with a certificate, by the code of the failure. */
const CERTIFICATES: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'leads to one that is signed by itself',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'comes without the certificates between it and a known one',
  UNABLE_TO_GET_ISSUER_CERT: 'was given by somebody whom nobody knows',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'was given by somebody whom nobody knows',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not yet valid',
  CERT_REVOKED: 'has been revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name',
};

const CAUSES: Record<string, { what: string; advice: string }> = {
  ECONNREFUSED: {
    what: 'Nothing listens at {host}: the connection was refused',
    advice: 'Start the server, or compare the port with the one that it prints.',
  },
  ENOTFOUND: {
    what: 'The name {name} leads to no address',
    advice: 'Compare its spelling, or look whether the network is there.',
  },
  EAI_AGAIN: {
    what: 'The name {name} could not be looked up',
    advice: 'Look whether the network and its name server are there.',
  },
  ETIMEDOUT: {
    what: 'No connection to {host} came about',
    advice: 'Look whether a firewall drops what is sent to that port.',
  },
  EHOSTUNREACH: {
    what: 'No way leads to {host}',
    advice: 'Look whether that machine and the network between are up.',
  },
  ENETUNREACH: {
    what: 'No way leads to {host}',
    advice: 'Look whether the network is up.',
  },
  ECONNRESET: {
    what: '{host} broke the connection off before it had answered',
    advice: "The reason stands in the server's own output. If it speaks TLS, write https://.",
  },
};

/** The finding `unreachable`: there was no answer to look at. */
export function unreachable(silence: Silence): Finding {
  return finding('unreachable', reason(silence));
}

/** The finding `unreachable` of an answer that began and was then no HTTP any more. */
export function brokenAnswer(cause: string, length: number, at?: number): Finding {
  return finding('unreachable', {
    message:
      `After ${length} bytes of its body the answer is no HTTP any more: ${lowered(cause)} ` +
      'Browsers take it for a broken connection.',
    advice: 'Leave chunks and lengths to the HTTP library, and look for whatever writes past it.',
    at,
  });
}

/** The finding `unreachable` of a chain of redirects that does not end. */
export function tooManyRedirects(number: number, url: URL): Finding {
  return finding('unreachable', {
    message: `${number} redirects in a row came, the last one from ${quote(url.href, 200)}. Browsers stop at 20.`,
    advice: 'Let one redirect lead to the stream itself.',
  });
}

function reason(silence: Silence): { message: string; advice: string } {
  const { url, cause, connected, came, waited } = silence;
  const host = quote(url.host, 100);
  if (cause === undefined) return timeUp(host, connected, came, waited);

  const certificate = CERTIFICATES[cause];
  if (certificate) {
    return {
      message: `The certificate of ${host} ${certificate} (${cause}). Browsers refuse the connection.`,
      advice: `Use a certificate that browsers know. ${LOOK_ALL_THE_SAME}`,
    };
  }
  const known = CAUSES[cause];
  if (known) {
    const what = known.what
      .replace('{host}', host)
      .replace('{name}', quote(url.hostname.replace(/^\[|\]$/g, ''), 100));
    return { message: `${what} (${cause}).`, advice: known.advice };
  }
  if (cause.includes('NO_APPLICATION_PROTOCOL')) {
    return {
      message: `${host} speaks no HTTP/1.1, and the doctor speaks nothing else (${cause}).`,
      advice: 'Allow HTTP/1.1 beside HTTP/2 while you look (in Node: `allowHTTP1: true`).',
    };
  }
  if (/^(EPROTO|ERR_SSL_)/.test(cause)) {
    return {
      message: `${host} does not speak TLS as it should (${cause}).`,
      advice: 'If it speaks plain HTTP, write http:// in the address.',
    };
  }
  if (came[0] === 0x15 && came[1] === 0x03) {
    return {
      message: `${host} answered in TLS, and was asked in plain HTTP.`,
      advice: 'Write https:// in the address.',
    };
  }
  if (/^[A-Z0-9_]+$/.test(cause)) {
    return {
      message: `${host} could not be reached (${cause}).`,
      advice: 'Look whether the server is there, and whether the address is right.',
    };
  }
  return {
    message: `${host} gave no answer in HTTP: ${lowered(cause)}`,
    advice: 'Look whether an HTTP server is at that port, and what stands in its own output.',
  };
}

function timeUp(host: string, connected: boolean, came: Uint8Array, waited: number) {
  const within = `within ${seconds(waited)}`;
  if (!connected) {
    return {
      message: `No connection to ${host} came about ${within}.`,
      advice: 'Look whether a firewall drops what is sent to that port.',
    };
  }
  if (came.length > 0) {
    return {
      message: `${host} sent ${came.length} bytes of a head ${within}, and no end of it.`,
      advice: 'End the head with an empty line: `\\r\\n\\r\\n`.',
    };
  }
  return {
    message: `${host} took the request, and no byte of an answer came ${within}.`,
    advice:
      'If the head waits for the first event, send it at once: `response.flushHeaders()` in Node. ' +
      'If the server needs longer, look longer with `--for`.',
  };
}

/** A sentence behind a colon. Wire in quotes stays as it is. */
function lowered(sentence: string): string {
  return sentence.replace(/^(The|A|More) /, (word) => word.toLowerCase());
}
