// The network interfaces there are, and what the kernel tells of them.

import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** Names of the interfaces of this network namespace. */
export function interfaceNames(): readonly string[] {
  try {
    return readdirSync('/sys/class/net');
  } catch {
    return Object.keys(networkInterfaces());
  }
}

/** What the kernel tells of an interface in a file of that name (`ifindex`, `operstate`); undefined where it does not. */
export function interfaceFact(name: string, fact: string): string | undefined {
  try {
    return readFileSync(`/sys/class/net/${name}/${fact}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
