// Expression to formula: one handler per kind of primitive.

import { and, type Formula, not, or, TRUE } from '../ir/formula.ts';
import { ADD, AND, NO_BASE } from '../ir/values.ts';
import type { Expression, Primitive, PrimitiveOf } from '../parse/ast.ts';
import { atmField, atmMulti, atmType } from './atm.ts';
import { geneve, mpls, pppoeSession, vlan } from './encapsulation.ts';
import { Generator, type GeneratorOptions } from './generator.ts';
import { type Groupable, groupable, groupTest, idTest } from './ids.ts';
import { linkTypeIs } from './link-layer.ts';
import { etherType } from './numbers.ts';
import {
  broadcast,
  byte,
  direction,
  interfaceIndex,
  length,
  llc,
  multicast,
  pfAction,
  pfName,
  pfNumber,
  pfReason,
} from './other.ts';
import { protocolWord } from './protocols.ts';
import { relation } from './relations.ts';
import { mtp2, mtp3Field } from './ss7.ts';
import { setUpWlan } from './wlan-frames.ts';
import { wlanDirection, wlanType } from './wlan-types.ts';

type Handlers = {
  readonly [Kind in Primitive['kind']]: (g: Generator, node: PrimitiveOf<Kind>) => Formula;
};

const handlers: Handlers = {
  id: idTest,
  abbreviation: (g, node) => protocolWord(g, node.protocol),
  relation,
  broadcast: (g, node) => broadcast(g, node.protocol),
  multicast: (g, node) => multicast(g, node.protocol),
  less: (g, node) => length(g, 'less', node.value),
  greater: (g, node) => length(g, 'greater', node.value),
  ifindex: (g, node) => interfaceIndex(g, node.value),
  byte: (g, node) => byte(g, node.offset, node.operator, node.value),
  inbound: (g) => direction(g, false),
  outbound: (g) => direction(g, true),
  pppoed: (g) => linkTypeIs(g, etherType.pppoeDiscovery),
  pppoes: (g, node) => pppoeSession(g, node.value),
  vlan: (g, node) => vlan(g, node.value),
  mpls: (g, node) => mpls(g, node.value),
  geneve: (g, node) => geneve(g, node.value),
  'pf-name': (g, node) => pfName(g, node.field, node.name),
  'pf-number': (g, node) => pfNumber(g, node.field, node.value),
  'pf-reason': (g, node) => pfReason(g, node.reason),
  'pf-action': (g, node) => pfAction(g, node.name),
  'wlan-type': (g, node) => wlanType(g, node.type, node.subtype),
  'wlan-dir': (g, node) => wlanDirection(g, node.direction),
  llc: (g, node) => llc(g, node.type),
  'atm-type': (g, node) => atmType(g, node.type),
  'atm-multi': (g, node) => atmMulti(g, node.type),
  'atm-field': (g, node) => atmField(g, node.field, node.tests),
  mtp2: (g, node) => mtp2(g, node.type),
  'mtp3-field': (g, node) => mtp3Field(g, node.field, node.tests),
};

/** The formula of one primitive in the generator's present state. */
export function generatePrimitive(g: Generator, node: Primitive): Formula {
  g.current = node;
  const handler = handlers[node.kind] as (g: Generator, node: Primitive) => Formula;
  return handler(g, node);
}

function generateExpression(g: Generator, expression: Expression): Formula {
  if (expression.kind === 'primitive') return generatePrimitive(g, expression.primitive);
  if (expression.kind === 'not') return not(generateExpression(g, expression.operand));
  return generateChain(g, expression);
}

function generateChain(g: Generator, chain: Extract<Expression, { kind: 'chain' }>): Formula {
  const { first, rest } = chain;
  let formula: Formula | undefined;
  let operator: 'and' | 'or' | undefined;
  let at = -1;
  while (at < rest.length) {
    const run = g.options.groups ? runOf(chain, at) : [];
    const next =
      run.length > 1 ? generateRun(g, run) : generateExpression(g, at < 0 ? first : (rest[at] as Operand).operand);
    operator = rest[at]?.operator;
    formula = formula ? (operator === 'and' ? and(formula, next) : or(formula, next)) : next;
    at += Math.max(1, run.length);
  }
  return formula as Formula;
}

type Operand = Extract<Expression, { kind: 'chain' }>['rest'][number];

/** A primitive of a run, and the range it asks for. */
interface RunMember {
  readonly primitive: PrimitiveOf<'id'>;
  readonly group: Groupable;
}

function runMember(expression: Expression): RunMember | undefined {
  if (expression.kind !== 'primitive' || expression.primitive.kind !== 'id') return undefined;
  const group = groupable(expression.primitive);
  return group && { primitive: expression.primitive, group };
}

/** Addresses and ports that stand side by side, joined by `or`: from the operand at `start`, -1 being the first. */
function runOf({ first, rest }: Extract<Expression, { kind: 'chain' }>, start: number): RunMember[] {
  if (start >= 0 && rest[start]?.operator !== 'or') return [];
  const run: RunMember[] = [];
  for (let at = start; at < rest.length; at++) {
    if (at > start && rest[at]?.operator !== 'or') break;
    const member = runMember(at < 0 ? first : (rest[at] as Operand).operand);
    if (!member) break;
    run.push(member);
  }
  return run;
}

function generateRun(g: Generator, run: readonly RunMember[]): Formula {
  const groups = new Map<string, { primitive: PrimitiveOf<'id'>; members: Groupable[] }>();
  for (const { primitive, group } of run) {
    const known = groups.get(group.key);
    if (known) known.members.push(group);
    else groups.set(group.key, { primitive, members: [group] });
  }
  let formula: Formula | undefined;
  for (const { primitive, members } of groups.values()) {
    g.current = primitive;
    const isAlone = members.length === 1;
    const next = isAlone ? generatePrimitive(g, primitive) : groupTest(g, primitive, members);
    formula = formula ? or(formula, next) : next;
  }
  return formula as Formula;
}

function setUpPflog(g: Generator): void {
  const { values } = g;
  const slot = g.newSlot();
  const padded = values.withConstant(AND, values.withConstant(ADD, g.fromHeader(1, 0), 3), 0xfffffffc);
  g.addPrologue(slot, () => ({ kind: 'assign', slot, value: padded }));
  g.payload = { base: values.slot(slot), offset: 0 };
}

const PPI_DLT_802_11 = 0x69000000;

/** A formula and what became known while it was made. */
export interface Generated {
  readonly formula: Formula;
  readonly hasInnerJumps: boolean;
  readonly hasFoldableArithmetic: boolean;
  readonly hasOpenPorts: boolean;
}

/**
 * Generates the formula of an expression; undefined is the empty one, which every packet matches.
 * @throws SourceError for what the link type does not have, names nobody knows, numbers out of range.
 */
export function generate(expression: Expression | undefined, options: GeneratorOptions): Generated {
  const g = new Generator(options);
  if (!expression) return { formula: TRUE, hasInnerJumps: false, hasFoldableArithmetic: false, hasOpenPorts: false };
  if (g.family === '802.11') setUpWlan(g);
  if (g.family === 'pflog') setUpPflog(g);
  let formula = g.withPrologue(generateExpression(g, expression));
  if (g.linkType.prefix === 'ppi') formula = and(g.equals(g.values.load(4, NO_BASE, 4), PPI_DLT_802_11), formula);
  const { hasInnerJumps, hasFoldableArithmetic, hasOpenPorts } = g;
  return { formula, hasInnerJumps, hasFoldableArithmetic, hasOpenPorts };
}
