// A mistake that its reader can mend: commands print the sentence alone, without a stack.

/** An error whose message is one clear sentence for the person at the keyboard. */
export class KitError extends Error {
  override name = 'KitError';
}
