// Opens a capture file, or standard input, for reading.

import { openSync } from 'node:fs';
import { fileProblem } from './output-file.ts';

/** An open capture file. */
export interface CaptureFile {
  readonly path: string;
  readonly fd: number;
}

/** Opens a file; `-` is standard input. @throws UsageError */
export function openCaptureFile(path: string): CaptureFile {
  try {
    return { path, fd: path === '-' ? 0 : openSync(path, 'r') };
  } catch (cause) {
    throw fileProblem('read', path, cause);
  }
}
