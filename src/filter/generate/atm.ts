// ATM as SunATM captures it: circuits, LANE, signalling messages.

import { and, type Formula } from '../ir/formula.ts';
import { AND, type Value } from '../ir/values.ts';
import type { FieldTests } from '../parse/ast.ts';
import { any, type Generator, type Place } from './generator.ts';
import { fieldTest } from './relations.ts';

const PACKET_START = 4;
const MESSAGE_TYPE = 9;
const LANE = 1;

function requireAtm(g: Generator, word: string): void {
  if (!g.isRawAtm) throw g.refuse('atm', `"${word}" is for raw ATM (SUNATM) only`);
}

function field(g: Generator, name: string): Value {
  return name === 'vpi' ? g.fromHeader(1, 1) : g.fromHeader(2, 2);
}

/** `vpi` and `vci` with their values. */
export function atmField(g: Generator, name: string, tests: FieldTests): Formula {
  requireAtm(g, name);
  return any(...tests.map(({ operator, value }) => fieldTest(g, field(g, name), operator, value)));
}

function onCircuit(g: Generator, channel: number): Formula {
  return and(g.equals(field(g, 'vpi'), 0), g.equals(field(g, 'vci'), channel));
}

/** Virtual channels of well-known circuits. */
const channels: Readonly<Record<string, number>> = { metac: 1, bcc: 2, oamf4sc: 3, oamf4ec: 4, sc: 5, ilmic: 16 };

function lane(g: Generator): Formula {
  const result = g.equals(g.values.withConstant(AND, g.fromHeader(1, 0), 0xf), LANE);
  const header: Place = { base: g.header.base, offset: PACKET_START + 2 };
  g.outer = 'lane';
  g.outerHeader = { base: g.header.base, offset: PACKET_START };
  g.family = 'ethernet';
  g.header = header;
  g.type = { base: header.base, offset: header.offset + 12 };
  g.payload = { base: header.base, offset: header.offset + 14 };
  g.net = 0;
  g.nosnap = 3;
  return result;
}

/** `lane` and the words for one circuit. */
export function atmType(g: Generator, type: string): Formula {
  requireAtm(g, type);
  return type === 'lane' ? lane(g) : onCircuit(g, channels[type] as number);
}

// Q.2931 messages: setup, call proceeding, connect, connect acknowledge, release, release done, as libpcap orders them.
const connectMessages = [0x5a, 0x4d, 0x0f, 0x07, 0x05, 0x02];
const metaMessages = [0x5a, 0x4d, 0x07, 0x05, 0x02];

function messages(g: Generator, channel: number, types: readonly number[]): Formula {
  const isMessage = any(...types.map((type) => g.equals(g.fromHeader(1, MESSAGE_TYPE), type)));
  return and(onCircuit(g, channel), isMessage);
}

function oam(g: Generator): Formula {
  const isFlow = any(g.equals(field(g, 'vci'), 3), g.equals(field(g, 'vci'), 4));
  return and(g.equals(field(g, 'vpi'), 0), isFlow);
}

/** The words for several circuits or messages. */
export function atmMulti(g: Generator, type: string): Formula {
  requireAtm(g, type);
  if (type === 'connectmsg') return messages(g, 5, connectMessages);
  return type === 'metaconnect' ? messages(g, 1, metaMessages) : oam(g);
}
