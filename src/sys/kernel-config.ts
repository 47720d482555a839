// The configuration that the running kernel was built with, where it is published.

import { readFileSync } from 'node:fs';
import { kernelRelease } from './machine.ts';

// Loaded when needed: streams come with it, and few programs ask for the configuration.
function unpacked(bytes: Uint8Array): string {
  return process.getBuiltinModule('node:zlib').gunzipSync(bytes).toString('latin1');
}

/** The text of the running kernel's `.config`; undefined where it is published nowhere. */
export function kernelConfigText(): string | undefined {
  const { text } = kernelRelease();
  const attempts: readonly (() => string)[] = [
    (): string => readFileSync(`/boot/config-${text}`, 'latin1'),
    (): string => unpacked(readFileSync('/proc/config.gz')),
    (): string => readFileSync(`/usr/lib/modules/${text}/config`, 'latin1'),
  ];
  for (const attempt of attempts) {
    try {
      return attempt();
    } catch {
      // Another place may have it.
    }
  }
  return undefined;
}
