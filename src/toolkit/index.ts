/**
 * What command-line tools share: columns, histograms, JSON and text of decoded values, and when to stop.
 * @module
 */

export { log2SlotRange } from '../base/index.ts';
export type { Column } from './columns.ts';
export { formatHeader, formatRow, formatTable } from './columns.ts';
export { formatLog2Histogram } from './histogram.ts';
export { toJson } from './json.ts';
export type { StopOptions } from './stop.ts';
export { stopSignal } from './stop.ts';
export { printable, toText } from './text.ts';
