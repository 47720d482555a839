// Standard output without its stream, which takes longer to make than a small file to filter.

import { writeSync } from 'node:fs';

/** Text up to here is at most 3,073 bytes, which a pipe takes whole or not at all. */
const LONGEST = 1024;

/** Prints a line, or several. */
export function printLine(text: string): void {
  if (text.length > LONGEST || !writeAtOnce(`${text}\n`)) console.log(text);
}

/** False for a full pipe, or one whose reader is gone: the stream knows what to do. */
function writeAtOnce(text: string): boolean {
  try {
    writeSync(1, text);
    return true;
  } catch {
    return false;
  }
}
