// All the ways in which a stream is fed: whole, in two pieces, byte by byte.
import type { FedStream } from './fed-module.ts';
import type { RunOrder } from './reports.ts';

/** One way in which a stream is fed. */
export interface Feeding {
  stream: FedStream;
  bytes: Uint8Array;
  cuts: RunOrder['cuts'];
  pieces: Uint8Array[];
}

/** Whole first, so that a learner hears of a cut only where the cut is to blame. */
export function everyFeeding(stream: FedStream): Feeding[] {
  const { bytes: given } = stream;
  const bytes = typeof given === 'string' ? new TextEncoder().encode(given) : given;
  const inside = Array.from({ length: Math.max(0, bytes.length - 1) }, (_, index) => index + 1);
  return [[], ...inside.map((cut) => [cut]), inside].map((cuts) => {
    const pieces = [...cuts, bytes.length].map((end, nth) =>
      bytes.subarray(cuts[nth - 1] ?? 0, end),
    );
    return { stream, bytes, cuts, pieces };
  });
}
