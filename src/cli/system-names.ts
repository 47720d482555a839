// Names in filter expressions as this machine resolves them: asked of getent(1), which asks what libc would ask.

import { type HostAddress, type NameResolver, type Service, tableResolver } from '../filter/index.ts';

function getent(database: string, name: string): string[] {
  // No argument of a process can hold such a character, and no name does.
  if (name.includes('\0')) return [];
  // Most expressions have no names, and this module takes longer to load than a filter to compile.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { stdout, status } = spawnSync('getent', [database, name], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 && stdout ? stdout.trim().split('\n') : [];
}

function ipv4Number(text: string): number {
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function ipv6Words(text: string): readonly [number, number, number, number] {
  const [left = '', right] = text.replace(/%.*$/, '').split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const groups = [...head, ...new Array<string>(8 - head.length - tail.length).fill('0'), ...tail].map((group) =>
    Number.parseInt(group, 16),
  );
  const word = (at: number): number => (groups[at] ?? 0) * 0x10000 + (groups[at + 1] ?? 0);
  return [word(0), word(2), word(4), word(6)];
}

function host(name: string): readonly HostAddress[] | undefined {
  const found = new Map<string, HostAddress>();
  for (const line of getent('ahosts', name)) {
    const address = line.split(/\s+/)[0] ?? '';
    const isIpv4 = /^[\d.]+$/.test(address);
    // An IPv4 address in IPv6 clothes is there a second time as itself.
    if (!isIpv4 && !/^[\da-f:]+(?:%.*)?$/.test(address)) continue;
    found.set(
      address,
      isIpv4 ? { family: 4, address: ipv4Number(address) } : { family: 6, address: ipv6Words(address) },
    );
  }
  return found.size === 0 ? undefined : [...found.values()];
}

function portOf(name: string, protocol: 'tcp' | 'udp'): number | undefined {
  const [line] = getent('services', `${name}/${protocol}`);
  const port = line && /\s(\d+)\//.exec(line)?.[1];
  return port ? Number(port) : undefined;
}

function service(name: string): Service | undefined {
  const tcp = portOf(name, 'tcp');
  const udp = portOf(name, 'udp');
  if (tcp === undefined) return udp === undefined ? undefined : { port: udp, protocol: 'udp' };
  return { port: tcp, protocol: udp === tcp ? undefined : 'tcp' };
}

/** Asks once for each name: that starts a process. */
function once<T>(ask: (name: string) => T): (name: string) => T {
  const answers = new Map<string, T>();
  return (name) => {
    if (!answers.has(name)) answers.set(name, ask(name));
    return answers.get(name) as T;
  };
}

/** Asks the system first, then the table of well-known names. */
export function systemResolver(): NameResolver {
  const table = tableResolver();
  return {
    host: once(host),
    service: once((name) => service(name) ?? table.service(name)),
    network: once((name): number | undefined => {
      const [line] = getent('networks', name);
      const address = line?.split(/\s+/)[1];
      return address === undefined ? undefined : ipv4Number(address);
    }),
    protocol: once((name): number | undefined => {
      const [line] = getent('protocols', name);
      return line === undefined ? table.protocol(name) : Number(line.split(/\s+/)[1]);
    }),
    ether: once((name): readonly number[] | undefined => {
      const [line] = getent('ethers', name);
      return line
        ?.split(/\s+/)[0]
        ?.split(':')
        .map((byte) => Number.parseInt(byte, 16));
    }),
  };
}
