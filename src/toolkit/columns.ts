// Tables of fixed columns, as tracing tools print them: a header, then one line per event as it comes.

import { printable } from './text.ts';

/** One column: its title, width in characters, and where its text comes from. */
export interface Column<T> {
  readonly title: string;
  /** The last column of a table may leave it out and takes the rest of the line. */
  readonly width?: number;
  /** Numbers look better at the right. */
  readonly align?: 'left' | 'right';
  readonly value: (row: T) => string | number | bigint;
}

function cell(text: string, width: number | undefined, align: 'left' | 'right'): string {
  if (width === undefined) return text;
  return align === 'right' ? text.padStart(width) : text.padEnd(width);
}

/** The header line. */
export function formatHeader<T>(columns: readonly Column<T>[]): string {
  return columns
    .map(({ title, width, align = 'left' }) => cell(title, width, align))
    .join(' ')
    .trimEnd();
}

/** One line for one row; control characters in it are made visible. */
export function formatRow<T>(columns: readonly Column<T>[], row: T): string {
  return columns
    .map(({ width, align = 'left', value }) => cell(printable(String(value(row))), width, align))
    .join(' ')
    .trimEnd();
}

/** A whole table of strings with columns as wide as their contents, for data that is complete before it is printed. */
export function formatTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(titles), ...rows.map((row) => line(row.map(printable)))].join('\n');
}
