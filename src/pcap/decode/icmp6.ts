// ICMPv6 in tcpdump's words, one row per type.

import { upperChecksum } from './checksum.ts';
import { addressAt, type Message, neighborOptions } from './icmp6-options.ts';
import type { Layer, Rest } from './layers.ts';
import { listenerQuery, listenerReport } from './multicast-listener.ts';
import { dumpPacket } from './packet-dump.ts';

/** Appends the fields of a message. Reads beyond what was captured throw RangeError: the message is cut there. */
type Describe = (message: Message) => void;

const transports: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp' };
const quotedAt = 8;

const quoted = ({ rest }: Message): string => addressAt(rest, quotedAt + 24);

const unreachableRoutes: Readonly<Record<number, (message: Message) => string>> = {
  0: (message) => `unreachable route ${quoted(message)}`,
  1: (message) => ` unreachable prohibited ${quoted(message)}`,
  2: (message) => `beyond scope ${quoted(message)}, source address ${addressAt(message.rest, quotedAt + 8)}`,
  3: (message) => `unreachable address ${quoted(message)}`,
  4: (message) => {
    const { view } = message.rest;
    const next = view.getUint8(quotedAt + 6);
    const port = view.getUint16(quotedAt + 42);
    return `unreachable port, ${quoted(message)} ${transports[next] ?? `protocol ${next}`} port ${port}`;
  },
};

const timeExceeded: Readonly<Record<number, (message: Message) => string>> = {
  0: (message) => ` for ${quoted(message)}`,
  1: () => ' (reassembly)',
};

const problems = ['erroneous', 'next header', 'option', 'incomplete header chain'];

function flagsText(bits: number, names: readonly (readonly [bit: number, name: string])[]): string {
  return names.flatMap(([bit, name]) => (bits & bit ? [name] : [])).join(', ') || 'none';
}

const echo: Describe = (message) => {
  const { view } = message.rest;
  message.text += `, id ${view.getUint16(4)}, seq ${view.getUint16(6)}`;
};

const listener: Describe = (message) => {
  const { view } = message.rest;
  message.text += `max resp delay: ${view.getUint16(4)} addr: ${addressAt(message.rest, 8)}`;
};

const routerFlags = [
  [0x80, 'managed'],
  [0x40, 'other stateful'],
  [0x20, 'home agent'],
  [0x02, 'ipv6 only'],
] as const;
const preferences = ['medium', 'high', 'rsv', 'low'];

const routerAdvertisement: Describe = (message) => {
  const { view, scope } = message.rest;
  if (scope.detail === 0) return;
  const bits = view.getUint8(5);
  message.text += `\n\thop limit ${view.getUint8(4)}, Flags [${flagsText(bits, routerFlags)}], pref ${preferences[(bits >> 3) & 3]}`;
  message.text += `, router lifetime ${view.getUint16(6)}s, reachable time ${view.getUint32(8)}ms`;
  message.text += `, retrans timer ${view.getUint32(12)}ms`;
  neighborOptions(message, 16);
};

const neighborFlags = [
  [0x80, 'router'],
  [0x40, 'solicited'],
  [0x20, 'override'],
] as const;

const neighborAdvertisement: Describe = (message) => {
  const { rest } = message;
  message.text += `, tgt is ${addressAt(rest, 8)}`;
  if (rest.scope.detail === 0) return;
  message.text += `, Flags [${flagsText(rest.view.getUint8(4), neighborFlags)}]`;
  neighborOptions(message, 24);
};

const withOptionsAt =
  (at: number, describe: Describe = (): void => undefined): Describe =>
  (message): void => {
    describe(message);
    if (message.rest.scope.detail > 0) neighborOptions(message, at);
  };

const nothing: Describe = () => undefined;
const dump: Describe = (message) => {
  message.hasLength = true;
  if (message.rest.scope.detail < 2) message.text += dumpPacket(message.rest.bytes, 'hex');
};
const id: Describe = (message) => {
  message.text += `, id 0x${message.rest.view.getUint16(4).toString(16).padStart(4, '0')}`;
};

const icmp6Types: Readonly<Record<number, readonly [name: string, describe: Describe]>> = {
  1: [
    'destination unreachable',
    (message): void => {
      const code = message.rest.view.getUint8(1);
      const route = unreachableRoutes[code]?.(message);
      message.text += `, ${route ?? `unknown unreach code (${code})`}`;
      if (route === undefined) dump(message);
    },
  ],
  2: [
    'packet too big',
    (message): void => {
      message.text += `, mtu ${message.rest.view.getUint32(4)}`;
    },
  ],
  3: [
    'time exceeded in-transit',
    (message): void => {
      const code = message.rest.view.getUint8(1);
      message.text += timeExceeded[code]?.(message) ?? `, unknown code (${code})`;
    },
  ],
  4: [
    'parameter problem',
    (message): void => {
      const { view } = message.rest;
      quoted(message);
      const kind = problems[view.getUint8(1)];
      message.text += kind ? `, ${kind} - octet ${view.getUint32(4)}` : `, code-#${view.getUint8(1)}`;
    },
  ],
  128: ['echo request', echo],
  129: ['echo reply', echo],
  130: [
    'multicast listener query',
    (message): void => (message.rest.wireLength === 24 ? listener : listenerQuery)(message),
  ],
  131: ['multicast listener report', listener],
  132: ['multicast listener done', listener],
  133: ['router solicitation', withOptionsAt(8)],
  134: ['router advertisement', routerAdvertisement],
  135: [
    'neighbor solicitation',
    withOptionsAt(24, (message) => {
      message.text += `, who has ${addressAt(message.rest, 8)}`;
    }),
  ],
  136: ['neighbor advertisement', neighborAdvertisement],
  137: [
    'redirect',
    withOptionsAt(40, (message) => {
      message.text += `, ${addressAt(message.rest, 24)} to ${addressAt(message.rest, 8)}`;
    }),
  ],
  141: ['inverse neighbor solicitation', nothing],
  142: ['inverse neighbor advertisement', nothing],
  143: ['multicast listener report v2', listenerReport],
  144: ['ha discovery request', id],
  146: ['mobile router solicitation', id],
};

/** Types whose fields are not interpreted. */
const unknownTypes: Readonly<Record<number, string>> = {
  145: 'ha discovery reply',
  147: 'mobile router advertisement',
  200: 'mtrace response',
  201: 'mtrace message',
};

/** With details, the length comes behind the name of these, and not at all behind others. */
const lengthFirst: ReadonlySet<number> = new Set([133, 134, 135, 136, 137]);

function describeMessage(rest: Rest, type: number): Message & { readonly isCut: boolean } {
  const known = Object.hasOwn(icmp6Types, type) ? icmp6Types[type] : undefined;
  const [name, describe] = known ?? [unknownTypes[type] ?? `unknown icmp6 type (${type})`, dump];
  const isFirst = !known || (rest.scope.detail > 0 && lengthFirst.has(type));
  const text = isFirst ? `${name}, length ${rest.wireLength}` : name;
  const message: Message = { rest, text, hasLength: rest.scope.detail > 0 };
  try {
    describe(message);
    return { ...message, isCut: false };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ...message, isCut: true };
  }
}

/** ICMPv6 (RFC 4443, 4861). */
export function decodeIcmp6(rest: Rest, layers: Layer[]): void {
  const { bytes, view, wireLength: length } = rest;
  if (bytes.byteLength < 4) {
    layers.push({ protocol: 'cut', of: 'icmp6' });
    return;
  }
  const [type, code] = [view.getUint8(0), view.getUint8(1)];
  const { text, isCut, hasLength } = describeMessage(rest, type);
  const checksum = upperChecksum(rest, 2, length);
  layers.push({ protocol: 'icmp6', type, code, text, length, isCut, hasLength, checksum });
}
