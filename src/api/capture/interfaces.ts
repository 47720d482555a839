// The network interfaces of this machine, as captures name them.

import { interfaceFact, interfaceNames } from '../../kernel/index.ts';

/** One interface. */
export interface CaptureInterfaceState {
  readonly name: string;
  /** `up`, `down`, `unknown` (loopback, say) and the like. */
  readonly state: string;
}

/** The interfaces of this network namespace. */
export function captureInterfaces(): readonly CaptureInterfaceState[] {
  return interfaceNames().map((name) => ({ name, state: interfaceFact(name, 'operstate') ?? 'unknown' }));
}

const known = new Map<number, string | undefined>();

/** Name of the interface with an index, looked up once; undefined where there is none. */
export function interfaceName(index: number): string | undefined {
  if (known.has(index)) return known.get(index);
  const name = interfaceNames().find((candidate) => interfaceFact(candidate, 'ifindex') === String(index));
  known.set(index, name);
  return name;
}
