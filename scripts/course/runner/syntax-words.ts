// esbuild's words for what it cannot read, in words for somebody who has just typed it.

const WORDS: [RegExp, (...found: string[]) => string][] = [
  [
    /but found end of file|Unexpected end of file/,
    () => 'The file ends too early: a } or ) or ] is missing before.',
  ],
  [
    /^Expected ("[)\]}]") but found ("\w.*")$/,
    (_, expected, found) => `A comma or ${expected} is missing before ${found}.`,
  ],
  [
    /^Expected (.+) but found (.+)$/,
    (_, expected, found) => `${capital(expected)} is expected here, not ${found}.`,
  ],
  [/^Unexpected (.+)$/, (_, found) => `${capital(found)} does not fit here.`],
  [
    /^Unterminated string literal$/,
    () => 'A text in quotation marks begins here and does not end on its line.',
  ],
  [
    /^Unterminated template literal$/,
    () => 'A text in backticks begins before this and never ends.',
  ],
  [/^Unterminated regular expression$/, () => 'A regular expression begins here and never ends.'],
  [
    /^The symbol "(.+)" has already been declared$/,
    (_, symbol) => `"${symbol}" is declared twice.`,
  ],
  [
    /^"await" can only be used inside an "async" function$/,
    () => 'await works in an async function only: write async before the function around it.',
  ],
  [
    /^Cannot assign to "(.+)" because it is a constant$/,
    (_, symbol) => `"${symbol}" is a const and cannot be given another value: declare it with let.`,
  ],
  [
    /^The constant "(.+)" must be initialized$/,
    (_, symbol) => `The const "${symbol}" has no value.`,
  ],
];

function capital(text = ''): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * One sentence for one of esbuild's messages.
 * @param text the message, without file and place
 */
export function plainSyntaxError(text: string): string {
  for (const [pattern, words] of WORDS) {
    const found = pattern.exec(text);
    if (found) return words(...found);
  }
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
