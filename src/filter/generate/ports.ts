// Ports of TCP, UDP and SCTP over IPv4 and IPv6.

import { and, type Formula, not, or, type Ranges } from '../ir/formula.ts';
import { normalize } from '../ir/ranges.ts';
import type { Value } from '../ir/values.ts';
import type { Direction } from '../parse/ast.ts';
import { any, type Generator } from './generator.ts';
import { byDirection } from './hosts.ts';
import { linkTypeIs } from './link-layer.ts';
import { etherType, ipProtocol } from './numbers.ts';

/** Ports looked for: a range, of one where both ends are equal. */
export interface PortMatch {
  readonly first: number;
  readonly last: number;
  readonly isRange: boolean;
  readonly direction: Direction;
  /** Any of these instead of the range. */
  readonly ranges?: Ranges;
  /** IP protocol; undefined: SCTP, TCP and UDP. */
  readonly protocol: number | undefined;
}

/** True for the first fragment and for what is not fragmented: only there are ports. */
export function isNotLaterFragment(g: Generator): Formula {
  return not(g.anyBit(g.fromNetwork(2, 6), 0x1fff));
}

function portIn(g: Generator, field: Value, match: PortMatch): Formula {
  if (match.ranges) return { kind: 'member', value: field, ranges: match.ranges };
  if (!match.isRange) return g.equals(field, match.first);
  return and(g.atLeast(field, match.first), not(g.greater(field, match.last)));
}

/** TCP, UDP and SCTP, whose headers begin with the ports. */
const portProtocols = ['sctp', 'tcp', 'udp'].map((name) => ipProtocol[name] as number);
const isPortProtocol = normalize(portProtocols.flatMap((protocol) => [protocol, protocol]));

/** The ports behind a protocol; `one` gets the test of the protocol, once for each or once for all. */
function withProtocols(g: Generator, match: PortMatch, field: Value, one: (isProtocol: Formula) => Formula): Formula {
  if (match.protocol !== undefined) return one(g.equals(field, match.protocol));
  g.hasOpenPorts = true;
  if (g.options.portsTogether) {
    return one({ kind: 'member', value: field, ranges: isPortProtocol });
  }
  return any(...portProtocols.map((protocol) => one(g.equals(field, protocol))));
}

function ipv6Port(g: Generator, match: PortMatch): Formula {
  const operation = withProtocols(g, match, g.fromNetwork(1, 6), (isProtocol) =>
    and(
      isProtocol,
      byDirection(g, match.direction, (isSource) => portIn(g, g.fromIpv6Transport(2, isSource ? 0 : 2), match)),
    ),
  );
  return and(linkTypeIs(g, etherType.ip6), operation);
}

function ipv4Port(g: Generator, match: PortMatch): Formula {
  const operation = withProtocols(g, match, g.fromNetwork(1, 9), (isProtocol) => {
    const ports = byDirection(g, match.direction, (isSource) =>
      portIn(g, g.fromIpv4Transport(2, isSource ? 0 : 2), match),
    );
    return and(and(isProtocol, isNotLaterFragment(g)), ports);
  });
  return and(linkTypeIs(g, etherType.ip), operation);
}

/** Ports over IPv6 or IPv4. */
export function port(g: Generator, match: PortMatch): Formula {
  return or(ipv6Port(g, match), ipv4Port(g, match));
}

/** Ports over one of them. */
export function portOver(g: Generator, match: PortMatch, version: 4 | 6): Formula {
  return version === 4 ? ipv4Port(g, match) : ipv6Port(g, match);
}
