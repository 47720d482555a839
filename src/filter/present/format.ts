// A compiled filter as text, in every form that the command line prints.

import { lineColumn, SourceError } from '../../base/index.ts';
import { disassemble, disassembleClassic, formatClassicC, formatClassicDecimal } from '../../isa/index.ts';
import type { FilterOptions } from '../compile.ts';
import { type CompiledFilter, compileFilter } from '../compiled-filter.ts';
import { linkTypes } from '../link-types/tables/link-types.ts';
import { explainProgram } from './explain.ts';
import { toDot, toSvg } from './graph.ts';

/** A way to print a filter: as tcpdump's -d, -dd and -ddd, as JSON, as extended BPF, as a graph, in words. */
export type FilterFormat = 'd' | 'dd' | 'ddd' | 'json' | 'ebpf' | 'dot' | 'svg' | 'explain';

const formats: Readonly<Record<FilterFormat, (filter: CompiledFilter) => string>> = {
  d: ({ instructions }) => disassembleClassic(instructions),
  dd: ({ instructions }) => formatClassicC(instructions),
  ddd: ({ instructions }) => formatClassicDecimal(instructions),
  json: (filter) => `${filterJson(filter)}\n`,
  ebpf: (filter) => disassemble(filter.toExtended('socket')),
  dot: ({ instructions }) => toDot(instructions),
  svg: ({ instructions }) => toSvg(instructions),
  explain: ({ instructions, linkType }) => explainProgram(instructions, linkType),
};

/** Prints a filter; the text ends with a newline. */
export function formatFilter(filter: CompiledFilter, format: FilterFormat): string {
  const text = formats[format](filter);
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** A filter as one line of JSON: `linkType`, `snapLength`, `instructions` as `[code, jt, jf, k]`. */
export function filterJson(filter: CompiledFilter): string {
  const instructions = filter.instructions.map(({ code, jt, jf, k }) => [code, jt, jf, k]);
  return JSON.stringify({ linkType: filter.linkType.name, snapLength: filter.snapLength, instructions });
}

/** Compiles one expression to a line of JSON; a bad one gives `{"error","column"}` with columns from 1. */
export function compileToJson(expression: string, options: FilterOptions = {}): string {
  try {
    return filterJson(compileFilter(expression, options));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const [first] = error.diagnostics;
    const column = first?.span ? lineColumn(first.span.source.text, first.span.start).column : 1;
    return JSON.stringify({ error: first?.message ?? error.message, column });
  }
}

/** The link types there are, one a line: name, DLT number, description. */
export function listLinkTypes(): string {
  const width = Math.max(...linkTypes.map(({ name }) => name.length));
  return linkTypes
    .map(({ name, dlt, description }) => `${name.padEnd(width)} ${String(dlt).padStart(3)}  ${description}\n`)
    .join('');
}
