// The kernel's configuration, for `extern int CONFIG_HZ __kconfig`.

import { readFileSync } from 'node:fs';
import { type KconfigLookup, parseKconfig } from '../object/index.ts';
import { kernelAtLeast, kernelRelease, kernelVersionCode } from '../sys/index.ts';

// Loaded when needed: streams come with it, and few programs ask for the configuration.
function unpacked(bytes: Uint8Array): string {
  return process.getBuiltinModule('node:zlib').gunzipSync(bytes).toString('latin1');
}

function readConfig(): string | undefined {
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

let config: ReadonlyMap<string, string> | undefined;

/** The running kernel's configuration by name (`CONFIG_HZ` -> `250`); empty where it is published nowhere. Read once. */
export function kernelConfig(): ReadonlyMap<string, string> {
  config ??= parseKconfig(readConfig() ?? '');
  return config;
}

/** What libbpf supplies besides the configuration. */
const virtualValues: Readonly<Record<string, () => bigint>> = {
  LINUX_KERNEL_VERSION: () => BigInt(kernelVersionCode()),
  /** bpf_get_attach_cookie(). */
  LINUX_HAS_BPF_COOKIE: () => (kernelAtLeast('5.15') ? 1n : 0n),
  /** System calls are functions named `__x64_sys_*` that take a pointer to registers. */
  LINUX_HAS_SYSCALL_WRAPPER: () => (kernelAtLeast('4.17') ? 1n : 0n),
};

/** Value of a configuration variable on the running kernel. */
export const lookupKconfig: KconfigLookup = (name) => virtualValues[name]?.() ?? kernelConfig().get(name);
