// Line information: places in the text as file, line, column and the line's text.

import type { SourceSpan, SourceText } from '../../base/index.ts';
import type { LineInfo } from '../../btf/index.ts';
import type { EncodedFunction } from './types.ts';

const tables = new WeakMap<SourceText, number[]>();

/** Offsets at which the lines of a text start. */
function lineStarts(source: SourceText): number[] {
  let starts = tables.get(source);
  if (!starts) {
    starts = [0];
    for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1)) starts.push(at + 1);
    tables.set(source, starts);
  }
  return starts;
}

/** File, line, column and text of a place. */
export function describePlace({ source, start }: SourceSpan): Omit<LineInfo, 'instruction'> {
  const starts = lineStarts(source);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= start) low = middle;
    else high = middle - 1;
  }
  const from = starts[low] as number;
  const end = source.text.indexOf('\n', from);
  const text = source.text.slice(from, end < 0 ? undefined : end).replace(/\r$/, '');
  return { file: source.name, text, line: low + 1, column: start - from + 1 };
}

/** Line information of a function: the first slot always has one. */
export function lineTable(encoded: EncodedFunction, start: SourceSpan): LineInfo[] {
  const rows: LineInfo[] = [];
  if (encoded.lines[0]?.slot !== 0) rows.push({ instruction: 0, ...describePlace(start) });
  for (const { slot, span } of encoded.lines) {
    if (rows.at(-1)?.instruction === slot) rows.pop();
    const place = describePlace(span);
    const last = rows.at(-1);
    const isSame = last && last.line === place.line && last.column === place.column && last.file === place.file;
    if (!isSame) rows.push({ instruction: slot, ...place });
  }
  return rows;
}
