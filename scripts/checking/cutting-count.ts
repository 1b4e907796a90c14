// What a client has heard beside what was sent: what is lost, what came twice, what came out of order.

export interface Heard {
  type: string;
  id: string;
  data: string;
}

export interface Compared {
  /** How many events were sent between the first and the last that the client has heard. */
  sent: number;
  lost: number;
  /** Heard a second time, or a third. */
  doubled: number;
  /** Came behind a newer one. */
  disordered: number;
  /** How often the server said that something is missing, and how much was. */
  resets: number;
  told: number;
}

/**
 * Compares what was sent with what a client has heard. An event is known by its data where no two say
 * the same, else by its ID, for IDs are what may be wrong.
 */
export function compareHeard(sent: Heard[], heard: Heard[]): Compared {
  const isDistinct = new Set(sent.map(({ data }) => data)).size === sent.length;
  const key = (event: Heard) => (isDistinct ? event.data : event.id);
  const places = new Map(sent.map((event, place) => [key(event), place]));
  const seen = new Set<number>();
  const counts = { doubled: 0, disordered: 0, resets: 0, told: 0 };
  let first: number | undefined;
  let newest = -1;
  let isReset = false;
  for (const event of heard) {
    if (event.type === 'reset') {
      counts.resets++;
      isReset = true;
      continue;
    }
    const place = places.get(key(event));
    if (place === undefined) {
      // Older than the first that was sent to both: it has no business here.
      if (first !== undefined) counts.doubled++;
      continue;
    }
    first ??= place;
    if (seen.has(place) || place < first) counts.doubled++;
    else if (place < newest) counts.disordered++;
    // After a reset everything that is kept may come again.
    if (isReset && place > newest) {
      counts.told += place - newest - 1;
      for (let missing = newest + 1; missing < place; missing++) seen.add(missing);
      isReset = false;
    }
    seen.add(place);
    newest = Math.max(newest, place);
  }
  const count = first === undefined ? 0 : newest - first + 1;
  const found = first === undefined ? 0 : [...seen].filter((place) => place >= first!).length;
  return { sent: count, lost: count - found, ...counts };
}

/** The same in a sentence, for whoever has pressed the button. */
export function sayCut(result: Compared & { cuts: number; stopped?: string | undefined }): string {
  const { sent, cuts, lost, doubled, disordered, resets, told, stopped } = result;
  const events = `${sent} ${sent === 1 ? 'announcement' : 'announcements'}`;
  const times = `${cuts} ${cuts === 1 ? 'cut' : 'cuts'}`;
  const wrong = [
    lost > 0 && `${lost} ${lost === 1 ? 'was' : 'were'} lost`,
    doubled > 0 && `${doubled} came twice`,
    disordered > 0 && `${disordered} came out of order`,
  ].filter((part) => part !== false);
  const said =
    wrong.length === 0
      ? `${events}, ${times}: none was lost, none came twice, and all came in their order.`
      : `${events}, ${times}: ${wrong.length < 2 ? wrong.join('') : `${wrong.slice(0, -1).join(', ')} and ${wrong.at(-1)}`}.`;
  const reset =
    resets > 0
      ? ` The server said \`reset\` ${resets === 1 ? 'once' : `${resets} times`}; the ${told} that were missing then do not count as lost.`
      : '';
  return `${stopped ? `${stopped} ` : ''}${said}${reset}`;
}
