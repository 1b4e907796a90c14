// The departures that every server of this lesson tells. This file is complete.

const TICK = 1000; // milliseconds
const TOWNS = ['Norwich', 'York', 'Oxford', 'Crewe', 'Perth'];

export interface Departure {
  train: number;
  to: string;
}

/**
 * Tells one departure now, and one each second.
 *
 * @param after the number of the last train that a client has heard of; 0 if of none
 * @returns what has to be called when the client has left
 */
export function eachDeparture(after: number, tell: (departure: Departure) => void): () => void {
  let train = after;
  const next = () => {
    train += 1;
    tell({ train, to: TOWNS[train % TOWNS.length]! });
  };
  next();
  const clock = setInterval(next, TICK);
  return () => clearInterval(clock);
}

/** An event as it goes over the wire. */
export function asEvent(departure: Departure): string {
  return `event: departure\nid: ${departure.train}\ndata: ${JSON.stringify(departure)}\n\n`;
}
