// What is in the language: primitive by primitive, with everything that can stand in it, against libpcap.

import { describe, expect, test } from 'vitest';
import { randomJoin, randomPrimitive } from '../../test/filter/grammar.ts';
import { ask, compileRequest, formatProgram, parseAnswer } from '../../test/filter/oracle.ts';
import { judge, packetRequests, type Running } from '../../test/filter/packets.ts';
import { Random } from '../../test/filter/random.ts';
import { SourceError } from '../base/index.ts';
import { compileFilter, type LinkType, linkTypes } from './index.ts';

const isLong = process.env.TSBPF_LONG === '1';
const netmask = 0xffffff00;

interface Case {
  readonly linkType: LinkType;
  readonly expression: string;
  readonly optimizes: boolean;
}

function verdict({ linkType, expression, optimizes }: Case): string {
  try {
    const optimize = optimizes ? 'size' : false;
    return `ok\t${formatProgram(compileFilter(expression, { linkType: linkType.dlt, netmask, optimize }).instructions)}`;
  } catch (error) {
    if (error instanceof SourceError && error.diagnostics[0]?.span) return `err\t${error.message}`;
    throw error;
  }
}

/** Cases that one accepts and the other refuses. */
function disagreements(cases: readonly Case[]): string[] {
  const answers = ask(
    cases.map(({ linkType, expression, optimizes }) => compileRequest(linkType.dlt, expression, optimizes)),
  );
  return cases.flatMap((one, i) => {
    const theirs = answers[i] as string;
    const ours = verdict(one);
    if (theirs.startsWith('ok') === ours.startsWith('ok')) return [];
    return [`${one.linkType.name} ${one.expression}: libpcap ${theirs.slice(0, 60)}, ours ${ours.slice(0, 80)}`];
  });
}

const family = new Map(linkTypes.map((linkType) => [linkType.family, linkType]));

/** Random primitives of which libpcap accepts each, on a link type. */
function acceptedPrimitives(r: Random, linkType: LinkType, tries: number): string[] {
  const some = Array.from({ length: tries }, () => randomPrimitive(r));
  const answers = ask(some.map((expression) => compileRequest(linkType.dlt, expression, false)));
  return some.filter((_, i) => answers[i]?.startsWith('ok'));
}

describe('what libpcap accepts and refuses', () => {
  test('primitives on every link type', () => {
    const r = new Random(21);
    const cases = Array.from({ length: isLong ? 300_000 : 8000 }, () => ({
      linkType: r.chance(0.3) ? (linkTypes[1] as LinkType) : r.pick(linkTypes),
      expression: randomPrimitive(r),
      optimizes: r.chance(0.7),
    }));
    expect(disagreements(cases)).toEqual([]);
  }, 600_000);

  test('primitives joined', () => {
    const r = new Random(22);
    for (const linkType of family.values()) {
      const accepted = acceptedPrimitives(r, linkType, isLong ? 20_000 : 500);
      const cases = Array.from({ length: isLong ? 5000 : 100 }, () => ({
        linkType,
        expression: randomJoin(r, accepted),
        // What libpcap's optimiser refuses by mistake is another test's.
        optimizes: false,
      }));
      expect(disagreements(cases)).toEqual([]);
    }
  }, 600_000);

  test('Ethernet types and service access points, instruction by instruction', () => {
    const values = [...Array.from({ length: 1520 }, (_, i) => i), 0x600, 0x800, 0x6003, 0x8137, 0x86dd, 0xffff, 0xfefe];
    for (const linkType of linkTypes.filter((row) => row.family !== 'opaque' && row.family !== '802.11')) {
      const expressions = values
        .filter((value) => isLong || value < 260 || value > 1495)
        .map((value) => `link proto ${value}`);
      const answers = ask(expressions.map((expression) => compileRequest(linkType.dlt, expression, false)));
      const ours = expressions.map((expression) => verdict({ linkType, expression, optimizes: false }));
      const different = expressions.filter((_, i) => ours[i]?.startsWith('ok') && ours[i] !== answers[i]);
      expect(different, linkType.name).toEqual([]);
    }
  });

  test.each([
    ['EN10MB', 'ether proto 6', 'ok'],
    ['EN10MB', 'llc RR', 'ok'],
    ['EN10MB', 'port ((80) or 443)', 'ok'],
    ['EN10MB', 'port ((80 or 443))', 'err'],
    ['EN10MB', 'udp portrange http-80', 'ok'],
    ['EN10MB', 'udp portrange ssh-http', 'err'],
    ['EN10MB', 'portrange 80-90-100', 'ok'],
    ['EN10MB', 'decnet net 10.0.0.0/8', 'ok'],
    ['EN10MB', 'byte 1 & 2', 'ok'],
    ['EN10MB', '0 * ip[0] = 1', 'err'],
    ['MTP2', 'dpc ((1))', 'err'],
    ['SUNATM', 'vpi ((1))', 'err'],
    ['PFLOG', 'reason bad-timestamp', 'ok'],
    ['PFLOG', 'reason Synproxy', 'ok'],
    ['PFLOG', 'action noscrub or action accept or action synproxy-drop', 'ok'],
    ['IEEE802_11', 'type control or type management', 'ok'],
    ['IEEE802_11', 'subtype pspoll', 'err'],
  ])('%s %s', (name, expression, expected) => {
    const linkType = linkTypes.find((row) => row.name === name) as LinkType;
    expect(
      ask([compileRequest(linkType.dlt, expression, true)])[0]
        ?.slice(0, 3)
        .trim(),
    ).toBe(expected);
    expect(verdict({ linkType, expression, optimizes: true }).slice(0, 3).trim()).toBe(expected);
  });
});

describe('what primitives mean', () => {
  /** Where a header has a variable length, libpcap's arithmetic may overwrite its end, unless that is asked for first. */
  function judged({ family }: LinkType, expression: string): string {
    const isAtRisk =
      (family === '802.11' || family === 'pflog') && /[[<>=]|len|less|greater|byte|radio/.test(expression);
    return isAtRisk ? `(ip6 multicast or not ip6 multicast) and (${expression})` : expression;
  }

  /** A variable of a tunnel that did not match, or what the block before left in A: nothing to be judged by. */
  function isJudgeable(expression: string): boolean {
    return !/byte \S+ [&|]/.test(expression) && !(/geneve/.test(expression) && / or |not|!/.test(expression));
  }

  function compare(r: Random, linkType: LinkType, count: number, differences: string[]): number {
    const accepted = acceptedPrimitives(r, linkType, isLong ? 3000 : 300);
    if (accepted.length === 0) return 0;
    const expressions = Array.from({ length: count }, () => randomJoin(r, accepted)).filter(isJudgeable);
    const answers = ask(expressions.map((text) => compileRequest(linkType.dlt, judged(linkType, text), false)));
    const requests: string[] = [];
    const running: Running[] = [];
    expressions.forEach((expression, i) => {
      const theirs = parseAnswer(answers[i] as string);
      if (typeof theirs === 'string') return;
      const [code = '', ours = ''] = verdict({ linkType, expression, optimizes: true }).split('\t');
      if (code !== 'ok') return;
      requests.push(...packetRequests(r, theirs), `x ${formatProgram(theirs)}`, `x ${ours}`);
      running.push({ what: `${linkType.name} ${expression}`, at: requests.length - 2 });
    });
    return judge(ask(requests), running, differences);
  }

  test('is what they mean to libpcap, on packets of every family of link types', () => {
    const differences: string[] = [];
    let pairs = 0;
    for (let seed = 31; seed < (isLong ? 41 : 32); seed++) {
      const r = new Random(seed);
      for (const linkType of family.values()) pairs += compare(r, linkType, isLong ? 300 : 20, differences);
    }
    expect(differences.slice(0, 5)).toEqual([]);
    if (isLong) console.log(`${pairs} pairs of expression and packet`);
    expect(pairs).toBeGreaterThan(isLong ? 500_000 : 4000);
  }, 3_600_000);

  test.each([
    ['tcp[-1] = 5', 'the byte before the header'],
    ['ip[-1] = 5', 'the byte before the header'],
    ['decnet src host 1.2.3.4', 'area and node'],
  ])('%s: %s', (expression) => {
    const linkType = linkTypes.find(({ name }) => name === 'EN10MB') as LinkType;
    const plain = parseAnswer(ask([compileRequest(1, expression, false)])[0] as string);
    expect(plain).toEqual(compileFilter(expression, { optimize: false }).instructions);
    const theirs = parseAnswer(ask([compileRequest(1, expression, true)])[0] as string);
    if (typeof plain === 'string' || typeof theirs === 'string') throw new Error('libpcap refuses it');
    const ours = verdict({ linkType, expression, optimizes: true }).slice(3);
    const differences: string[] = [];
    const requests = [...packetRequests(new Random(5), theirs), `x ${formatProgram(theirs)}`, `x ${ours}`];
    judge(ask(requests), [{ what: expression, at: requests.length - 2 }], differences);
    expect(differences).toEqual([]);
  });
});
