// A network of the test's own: no packets but those that the test sends.

import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { callSystem } from '../../src/sys/index.ts';

const networkNamespace = 0x4000_0000; // CLONE_NEWNET

/** Has the tests of a file, and what they start, run in a network namespace that has nothing but a loopback interface. */
export function useOwnNetwork(): void {
  let home = -1;
  beforeAll(() => {
    home = openSync('/proc/thread-self/ns/net', 'r');
    callSystem('unshare', [networkNamespace]);
    execFileSync('ip', ['link', 'set', 'lo', 'up'], { stdio: 'pipe' });
  });
  afterAll(() => {
    callSystem('setns', [home, networkNamespace]);
    closeSync(home);
  });
}
