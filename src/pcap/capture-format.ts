// Tells the formats of capture files apart.

import { isPcap } from './pcap-header.ts';
import type { CaptureFormat } from './types.ts';

/** The format of a file that starts so; undefined when it is neither. Four bytes suffice. */
export function captureFormat(start: Uint8Array): CaptureFormat | undefined {
  if (isPcap(start)) return 'pcap';
  const isSection = start[0] === 0x0a && start[1] === 0x0d && start[2] === 0x0d && start[3] === 0x0a;
  return isSection ? 'pcapng' : undefined;
}
