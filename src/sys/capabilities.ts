// Capabilities of this process.
// Source: include/uapi/linux/capability.h (v6.18), proc_pid_status(5).

import { readFileSync } from 'node:fs';

const capabilityBits = {
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_RESOURCE: 24,
  CAP_SYSLOG: 34,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
} as const;

/** A capability that BPF has to do with. */
export type CapabilityName = keyof typeof capabilityBits;

let effective: bigint | undefined;

function effectiveSet(): bigint {
  if (effective !== undefined) return effective;
  try {
    const line = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    effective = BigInt(`0x${line?.[1] ?? '0'}`);
  } catch {
    effective = 0n;
  }
  return effective;
}

/** Whether this process has the capability in effect. */
export function hasCapability(name: CapabilityName): boolean {
  return ((effectiveSet() >> BigInt(capabilityBits[name])) & 1n) === 1n;
}

/** The capabilities of {@link CapabilityName} that this process has in effect. */
export function capabilities(): readonly CapabilityName[] {
  return (Object.keys(capabilityBits) as CapabilityName[]).filter(hasCapability);
}
