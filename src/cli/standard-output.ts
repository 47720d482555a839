// Standard output without its stream, which takes longer to make than a small file to filter.

import { writeSync } from 'node:fs';

/** Prints a line. */
export function printLine(text: string): void {
  try {
    writeSync(1, `${text}\n`);
  } catch {
    // A full pipe, or its reader gone: the stream knows what to do.
    console.log(text);
  }
}
