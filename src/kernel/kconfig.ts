// The kernel's configuration, for `extern int CONFIG_HZ __kconfig`.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { kernelRelease, kernelVersionCode } from '../sys/index.ts';

function readConfig(): string | undefined {
  const attempts: readonly (() => string)[] = [
    (): string => gunzipSync(readFileSync('/proc/config.gz')).toString('latin1'),
    (): string => readFileSync(`/boot/config-${kernelRelease().text}`, 'latin1'),
    (): string => readFileSync(`/usr/lib/modules/${kernelRelease().text}/config`, 'latin1'),
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

/** `CONFIG_X=value` lines, values as written: `y`, `m`, `"text"`, `0x10`. */
export function parseConfig(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const match of text.matchAll(/^(CONFIG_\w+)=(.*)$/gm)) values.set(match[1] ?? '', match[2] ?? '');
  return values;
}

let config: ReadonlyMap<string, string> | undefined;

/** The running kernel's configuration by name; undefined where it is published nowhere. Read once. */
export function kernelConfig(): ReadonlyMap<string, string> | undefined {
  if (!config) {
    const text = readConfig();
    config = text === undefined ? undefined : parseConfig(text);
  }
  return config;
}

/** Values that libbpf gives besides configuration. */
export function virtualConfig(): ReadonlyMap<string, bigint> {
  return new Map([
    ['LINUX_KERNEL_VERSION', BigInt(kernelVersionCode())],
    // Since 5.15 and 6.0, asked of the kernel by libbpf through features that came with the same releases.
    ['LINUX_HAS_BPF_COOKIE', 1n],
    ['LINUX_HAS_SYSCALL_WRAPPER', hasSyscallWrapper() ? 1n : 0n],
  ]);
}

/** Whether system calls are functions named `__x64_sys_*`, which take a pointer to registers. Since 4.17. */
function hasSyscallWrapper(): boolean {
  const { major, minor } = kernelRelease();
  return major > 4 || (major === 4 && minor >= 17);
}
