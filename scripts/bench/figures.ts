// Figures and how they are told: medians and percentiles, each beside the limit that it should keep.

/** One line of a benchmark's account. */
export interface Figure {
  name: string;
  value: number;
  unit: 'ms' | 's' | 'MB' | '×' | '';
  /** The highest value that is good enough; without it the figure is only told. */
  limit?: number;
  /** What is told besides. */
  note?: string;
}

/** What one benchmark gives. */
export interface Account {
  title: string;
  figures: Figure[];
  /** What went wrong beside the figures: wrong verdicts, processes that survived. */
  faults?: string[];
}

/**
 * The value below which a share of all values lies, by the nearest rank.
 *
 * @param share from 0 to 1; 0.5 is the median
 */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Whether a figure keeps its limit. What could not be measured does not. */
export function isKept({ value, limit }: Figure): boolean {
  return limit === undefined || value <= limit;
}

/** An account as a table for a terminal. */
export function tableOf({ title, figures, faults = [] }: Account): string {
  const rows = figures.map((figure) => {
    const { name, limit, note } = figure;
    const judged = limit === undefined ? '' : `${isKept(figure) ? '✓' : '✗'} at most ${limit}`;
    return [name, shown(figure), judged, note ?? ''] as const;
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(([name, value, judged, note]) =>
    `  ${name.padEnd(widths[0]!)}  ${value.padStart(widths[1]!)}  ${judged.padEnd(widths[2]!)}  ${note}`.trimEnd(),
  );
  return [title, '', ...lines, ...faults.map((fault) => `  ✗ ${fault}`), ''].join('\n');
}

function shown({ value, unit }: Figure): string {
  if (Number.isNaN(value)) return 'not measured';
  const digits = unit === 'ms' || unit === '' ? 0 : unit === '×' ? 2 : 1;
  return `${value.toFixed(digits)}${unit === '×' || unit === '' ? unit : ` ${unit}`}`;
}
