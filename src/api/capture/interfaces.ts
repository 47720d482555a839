// The network interfaces of this machine, as captures name them.

import { UsageError } from '../../base/index.ts';
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

/** The name for what the user gave: a name, or the number of an interface in {@link captureInterfaces}, from 1 on; the last is `any`. */
export function interfaceByNumber(text: string): string {
  const names = interfaceNames();
  if (!/^[1-9]\d*$/.test(text) || names.includes(text)) return text;
  const name = [...names, 'any'][Number(text) - 1];
  if (name === undefined) throw new UsageError(`there are ${names.length + 1} interfaces, not ${text}`);
  return name;
}

const known = new Map<number, string | undefined>();

/** Name of the interface with an index, looked up once; undefined where there is none. */
export function interfaceName(index: number): string | undefined {
  if (known.has(index)) return known.get(index);
  const name = interfaceNames().find((candidate) => interfaceFact(candidate, 'ifindex') === String(index));
  known.set(index, name);
  return name;
}
