// What libpcap refuses only once it has optimised it, and what its unoptimised code looks like.

import { describe, expect, test } from 'vitest';
import { steer } from '../../../test/filter/concolic.ts';
import { randomExpression } from '../../../test/filter/expressions.ts';
import { ask, compileRequest, formatProgram, parseAnswer } from '../../../test/filter/oracle.ts';
import { Random } from '../../../test/filter/random.ts';
import { SourceError } from '../../base/index.ts';
import { type CompiledFilter, compileFilter, type LinkType, linkTypes } from '../index.ts';

const isLong = process.env.TSBPF_LONG === '1';
const netmask = 0xffffff00;

interface Case {
  readonly linkType: LinkType;
  readonly expression: string;
}

function randomCases(r: Random, count: number): Case[] {
  const usable = linkTypes.filter(({ family }) => family !== 'opaque');
  const ethernet = linkTypes.find(({ name }) => name === 'EN10MB') as LinkType;
  return Array.from({ length: count }, () => {
    const linkType = r.chance(0.4) ? ethernet : r.pick(usable);
    const isEthernet = linkType.family === 'ethernet';
    const mix = { exotic: isEthernet ? 0.03 : 0.25, ethernet: isEthernet ? 0.3 : 0.15 };
    return { linkType, expression: randomExpression(r, 1 + r.below(6), mix) };
  });
}

function compiled(expression: string, linkType: string | number, optimize: 'size' | false): CompiledFilter | string {
  try {
    return compileFilter(expression, { linkType, optimize, netmask });
  } catch (error) {
    if (error instanceof SourceError) return error.diagnostics[0]?.code ?? '';
    throw error;
  }
}

/** How libpcap's messages begin that come from its optimiser, and our codes for them. */
const messages: readonly (readonly [string, string])[] = [
  ['expression rejects all packets', 'matches-nothing'],
  ['shift by more than 31 bits', 'shift'],
  ['division by zero', 'division'],
  ['modulus by zero', 'division'],
];

function verdictOf(answer: string): string {
  if (answer.startsWith('ok')) return 'accepted';
  return messages.find(([start]) => answer.slice(4).startsWith(start))?.[1] ?? 'refused';
}

describe('what libpcap refuses after optimising', () => {
  /** Whether libpcap's own unoptimised program accepts a packet: then its refusal is a fault of its optimiser. */
  function isSatisfiable({ linkType, expression }: Case): boolean {
    const r = new Random(1);
    const program = parseAnswer(ask([compileRequest(linkType.dlt, expression, false)])[0] as string);
    if (typeof program === 'string') return false;
    const packets = Array.from({ length: 5000 }, () => {
      const packet = new Uint8Array(160);
      steer(r, program, packet, 0.9);
      return `p ${Buffer.from(packet).toString('hex')}`;
    });
    return ask([...packets, `x ${formatProgram(program)}`])
      .at(-1)
      ?.slice(3)
      .includes('1') as boolean;
  }

  test('is refused, and nothing else', () => {
    const cases = randomCases(new Random(11), isLong ? 200_000 : 6000);
    const answers = ask(cases.map(({ linkType, expression }) => compileRequest(linkType.dlt, expression, true)));
    const differences = cases.flatMap((one, i) => {
      const ours = compiled(one.expression, one.linkType.dlt, 'size');
      const theirs = verdictOf(answers[i] as string);
      const isSame = typeof ours === 'string' ? theirs !== 'accepted' : theirs === 'accepted';
      if (isSame || (theirs === 'matches-nothing' && isSatisfiable(one))) return [];
      return [`${one.linkType.name} ${one.expression}: ${answers[i]?.slice(0, 60)}`];
    });
    expect(differences).toEqual([]);
  }, 600_000);

  test.each([
    ['tcp and udp', 'matches-nothing'],
    ['not (host 1.2.3.4 or not host 1.2.3.4)', 'matches-nothing'],
    ['tcp[tcpflags] & (tcp-syn|tcp-fin) = 0 and tcp[tcpflags] & (tcp-syn|tcp-fin) = tcp-syn', 'matches-nothing'],
    ['1 = 2', 'matches-nothing'],
    ['1 + 1 = 3', 'matches-nothing'],
    ['ip[0] & 0 = 1', 'accepted'],
    ['ip and 1 + 1 = 3', 'accepted'],
    ['ether[0] > 255', 'accepted'],
    ['len < 0', 'accepted'],
    ['ip protochain 6 and arp', 'accepted'],
    ['geneve and len > 5 and len < 3', 'accepted'],
    ['ip[0] << 0 + 40 = 1', 'shift'],
    ['3 << 1 * 40 = 0', 'accepted'],
    ['ip[0] / (2 - 2) = 1', 'division'],
    ['ip[0] % (len & 0) = 1', 'division'],
  ])('%s', (expression, verdict) => {
    expect(verdictOf(ask([compileRequest(1, expression, true)])[0] as string)).toBe(verdict);
    const ours = compiled(expression, 1, 'size');
    expect(typeof ours === 'string' ? ours : 'accepted').toBe(verdict);
    expect(typeof compiled(expression, 1, false)).toBe('object');
  });

  test('does not take long to find out for large filters', () => {
    const hosts = Array.from({ length: 300 }, (_, i) => `host 10.0.0.${i & 255}`).join(' or ');
    expect(typeof compiled(`ip6 and arp and (${hosts})`, 1, 'size')).toBe('object');
  });
});

describe('unoptimised code', () => {
  test('is that of libpcap, instruction by instruction', () => {
    const cases = randomCases(new Random(12), isLong ? 50_000 : 3000).filter(
      // There variables lie elsewhere or get their values in another order, or libpcap asks for nonsense inside tunnels.
      ({ linkType, expression }) =>
        !/802.11|pflog/.test(linkType.family) && !/geneve|protochain|bound|ifindex|byte \d+ [&|]/.test(expression),
    );
    const answers = ask(cases.map(({ linkType, expression }) => compileRequest(linkType.dlt, expression, false)));
    const differences = cases.flatMap(({ linkType, expression }, i) => {
      const ours = compiled(expression, linkType.dlt, false);
      // Beyond that, islands for far jumps lie elsewhere.
      if (typeof ours === 'string' || ours.instructions.length > 250 || !answers[i]?.startsWith('ok')) return [];
      return formatProgram(ours.instructions) === answers[i].slice(3) ? [] : [`${linkType.name} ${expression}`];
    });
    expect(differences).toEqual([]);
  }, 600_000);
});
