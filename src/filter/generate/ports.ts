// Ports of TCP, UDP and SCTP over IPv4 and IPv6.

import { and, atLeast, type Formula, GT, not, or, type Ranges, test } from '../ir/formula.ts';
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
  return and(atLeast(field, match.first), not(test(GT, field, match.last)));
}

function withProtocols(match: PortMatch, one: (protocol: number) => Formula): Formula {
  if (match.protocol !== undefined) return one(match.protocol);
  const { sctp, tcp, udp } = ipProtocol as Record<'sctp' | 'tcp' | 'udp', number>;
  return any(one(sctp), one(tcp), one(udp));
}

function ipv6Port(g: Generator, match: PortMatch): Formula {
  const operation = withProtocols(match, (protocol) => {
    const ports = byDirection(g, match.direction, (isSource) =>
      portIn(g, g.fromIpv6Transport(2, isSource ? 0 : 2), match),
    );
    return and(g.equals(g.fromNetwork(1, 6), protocol), ports);
  });
  return and(linkTypeIs(g, etherType.ip6), operation);
}

function ipv4Port(g: Generator, match: PortMatch): Formula {
  const operation = withProtocols(match, (protocol) => {
    const ports = byDirection(g, match.direction, (isSource) =>
      portIn(g, g.fromIpv4Transport(2, isSource ? 0 : 2), match),
    );
    return and(and(g.equals(g.fromNetwork(1, 9), protocol), isNotLaterFragment(g)), ports);
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
