// Names in expressions: who turns them into numbers. Off-line by a table; the system's own resolver is injected.

import { protocolNumbers, serviceTable } from './tables/well-known.ts';

/** An address of a host: IPv4 as one 32-bit number, IPv6 as four. */
export type HostAddress =
  | { readonly family: 4; readonly address: number }
  | { readonly family: 6; readonly address: readonly [number, number, number, number] };

/** A port by name: `protocol` undefined where the name has the same port in several. */
export interface Service {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | undefined;
}

/** Turns names into numbers; each method returns undefined for an unknown name. */
export interface NameResolver {
  /** Every address of a host. */
  host(name: string): readonly HostAddress[] | undefined;
  /** A network's number, as `getnetbyname(3)` gives it: `10` for 10.0.0.0/8. */
  network(name: string): number | undefined;
  service(name: string): Service | undefined;
  /** An IP protocol number, as `getprotobyname(3)`. */
  protocol(name: string): number | undefined;
  /** A link-layer address, as `/etc/ethers`: six bytes. */
  ether(name: string): readonly number[] | undefined;
}

/** Names known beforehand. */
export interface NameTable {
  readonly hosts?: Readonly<Record<string, readonly HostAddress[]>>;
  readonly networks?: Readonly<Record<string, number>>;
  readonly services?: Readonly<Record<string, Service>>;
  readonly protocols?: Readonly<Record<string, number>>;
  readonly ethers?: Readonly<Record<string, readonly number[]>>;
}

function own<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table && Object.hasOwn(table, name) ? table[name] : undefined;
}

let wellKnown: ReadonlyMap<string, Service> | undefined;

function wellKnownService(name: string): Service | undefined {
  wellKnown ??= new Map(parseServices(serviceTable));
  return wellKnown.get(name);
}

function* parseServices(table: string): Generator<[string, Service]> {
  for (const row of table.trim().split(/[\n;]\s*/)) {
    const [names = '', port = '', protocols = ''] = row.trim().split(' ');
    const protocol = protocols === 't' ? 'tcp' : protocols === 'u' ? 'udp' : undefined;
    for (const name of names.split(',')) yield [name, { port: Number(port), protocol }];
  }
}

/** A resolver that knows the well-known services and protocols and what `table` adds; it asks nobody. */
export function tableResolver(table: NameTable = {}): NameResolver {
  return {
    host: (name) =>
      own(table.hosts, name) ?? own(table.hosts, name.toLowerCase()) ?? (name === 'localhost' ? localhost : undefined),
    network: (name) => own(table.networks, name),
    service: (name) => own(table.services, name) ?? wellKnownService(name),
    protocol: (name) => own(table.protocols, name) ?? own(protocolNumbers, name),
    ether: (name) => own(table.ethers, name),
  };
}

const localhost: readonly HostAddress[] = [{ family: 4, address: 0x7f000001 }];
