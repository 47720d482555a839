// The kernel's configuration, for `extern int CONFIG_HZ __kconfig`.

import { type KconfigLookup, parseKconfig } from '../object/index.ts';
import { kernelAtLeast, kernelConfigText, kernelVersionCode } from '../sys/index.ts';

let config: ReadonlyMap<string, string> | undefined;

/** The running kernel's configuration by name (`CONFIG_HZ` -> `250`); empty where it is published nowhere. Read once. */
export function kernelConfig(): ReadonlyMap<string, string> {
  config ??= parseKconfig(kernelConfigText() ?? '');
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
