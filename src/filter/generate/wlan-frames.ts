// IEEE 802.11: where its headers end, which frames carry data, which addresses are in which place.

import { and, assign, type Formula, not, or } from '../ir/formula.ts';
import { ADD, AND, LSH, NO_BASE, OR, type Value } from '../ir/values.ts';
import type { Direction } from '../parse/ast.ts';
import { all, type Generator, type Place } from './generator.ts';

// Bits of the first byte of the frame control field.
const IS_CONTROL = 0x04;
const IS_DATA = 0x08;
const IS_QOS = 0x80;
// Bits of its second byte.
const TO_DS = 1;
const FROM_DS = 2;

const HEADER_LENGTH = 24;
const QOS_LENGTH = 2;

/** Length of the radio header, from its own length field. */
const prefixLengths: Readonly<Record<string, (g: Generator) => Value>> = {
  radiotap: littleEndianLength,
  ppi: littleEndianLength,
  avs: (g) => g.values.load(4, NO_BASE, 4),
};

function littleEndianLength(g: Generator): Value {
  const { values } = g;
  const high = values.withConstant(LSH, values.load(1, NO_BASE, 3), 8);
  return values.binary(OR, values.load(1, NO_BASE, 2), high);
}

// An AVS header behind a Prism file's magic has a length; a Prism header proper always takes 144 bytes.
function assignPrismLength(g: Generator, slot: number): Formula {
  const { values } = g;
  const magic = values.withConstant(AND, values.load(4, NO_BASE, 0), 0xfffff000);
  const avs = and(g.equals(magic, 0x80211000), assign(slot, values.load(4, NO_BASE, 4)));
  return or(avs, assign(slot, values.constant(144)));
}

/** Radiotap says in a flag that the 802.11 header is padded to four bytes. */
function isPadded(g: Generator): Formula {
  const { values } = g;
  const present = values.load(4, NO_BASE, 4);
  const flagsBehindTimestamp = and(g.anyBit(present, 0x01000000), g.anyBit(values.load(1, NO_BASE, 16), 0x20));
  const flagsFirst = and(not(g.anyBit(present, 0x01000000)), g.anyBit(values.load(1, NO_BASE, 8), 0x20));
  return all(g.anyBit(present, 0x02000000), not(g.anyBit(present, 0x80)), or(flagsBehindTimestamp, flagsFirst));
}

/** Gives `slot` the end of the 802.11 header. */
function assignPayload(g: Generator, slot: number, header: Place): Formula {
  const { values } = g;
  const control = g.load(1, header);
  const end = (length: number): Value =>
    header.base === NO_BASE ? values.constant(length) : values.withConstant(ADD, header.base, length);
  const data = (length: number): Formula => {
    if (g.linkType.prefix !== 'radiotap') return assign(slot, end(length));
    const padded = values.withConstant(AND, values.withConstant(ADD, end(length), 3), 0xfffffffc);
    return or(and(isPadded(g), assign(slot, padded)), assign(slot, end(length)));
  };
  const qos = or(and(g.anyBit(control, IS_QOS), data(HEADER_LENGTH + QOS_LENGTH)), data(HEADER_LENGTH));
  const isData = and(g.anyBit(control, IS_DATA), not(g.anyBit(control, IS_CONTROL)));
  return or(and(isData, qos), assign(slot, end(HEADER_LENGTH)));
}

/** Sets up the places of an 802.11 link: assigned at the start, since nothing is at a fixed offset. */
export function setUpWlan(g: Generator): void {
  const { prefix } = g.linkType;
  if (prefix === 'prism') g.hasInnerJumps = true;
  if (prefix) {
    const slot = g.newSlot();
    const length = prefixLengths[prefix];
    g.addPrologue(slot, () => (length ? assign(slot, length(g)) : assignPrismLength(g, slot)));
    g.header = { base: g.values.slot(slot), offset: 0 };
  }
  const { header } = g;
  const slot = g.newSlot();
  g.addPrologue(slot, () => assignPayload(g, slot, header));
  g.payload = { base: g.values.slot(slot), offset: 0 };
  g.type = { base: g.values.slot(slot), offset: 6 };
}

/** Only data frames have a payload. */
export function isWlanData(g: Generator): Formula {
  const control = g.fromHeader(1, 0);
  return and(not(g.anyBit(control, IS_CONTROL)), g.anyBit(control, IS_DATA));
}

/** A condition on the address at an offset of the frame. */
type AddressTest = (offset: number) => Formula;

/** The condition on the source address, wherever the frame has it. */
function onSource(g: Generator, holds: AddressTest): Formula {
  const control = g.fromHeader(1, 0);
  const flags = g.fromHeader(1, 1);
  const fromDs = or(and(not(g.anyBit(flags, TO_DS)), holds(16)), and(g.anyBit(flags, TO_DS), holds(24)));
  const inData = or(and(not(g.anyBit(flags, FROM_DS)), holds(10)), and(g.anyBit(flags, FROM_DS), fromDs));
  const management = and(not(g.anyBit(control, IS_DATA)), holds(10));
  return and(not(g.anyBit(control, IS_CONTROL)), or(management, and(g.anyBit(control, IS_DATA), inData)));
}

/** The condition on the destination address, wherever the frame has it. */
export function onWlanDestination(g: Generator, holds: AddressTest): Formula {
  const control = g.fromHeader(1, 0);
  const flags = g.fromHeader(1, 1);
  const inData = or(and(not(g.anyBit(flags, TO_DS)), holds(4)), and(g.anyBit(flags, TO_DS), holds(16)));
  const management = and(not(g.anyBit(control, IS_DATA)), holds(4));
  return and(not(g.anyBit(control, IS_CONTROL)), or(management, and(g.anyBit(control, IS_DATA), inData)));
}

/** The second address: in every frame but clear-to-send and acknowledgement. */
function onSecond(g: Generator, holds: AddressTest): Formula {
  const { values } = g;
  const control = g.fromHeader(1, 0);
  const isControl = g.equals(values.withConstant(AND, control, 0x0c), 0x04);
  const subtype = values.withConstant(AND, control, 0xf0);
  const has = or(not(isControl), and(not(g.equals(subtype, 0xc0)), not(g.equals(subtype, 0xd0))));
  return and(has, holds(10));
}

function onThird(g: Generator, holds: AddressTest): Formula {
  const type = g.values.withConstant(AND, g.fromHeader(1, 0), 0x0c);
  return and(not(g.equals(type, 0x04)), holds(16));
}

function onFourth(g: Generator, holds: AddressTest): Formula {
  const direction = g.values.withConstant(AND, g.fromHeader(1, 1), 3);
  return and(g.equals(direction, 3), holds(24));
}

function isNotManagement(g: Generator): Formula {
  return g.anyBit(g.fromHeader(1, 0), IS_DATA);
}

const hostTests: Readonly<Record<Direction, (g: Generator, holds: AddressTest) => Formula>> = {
  src: onSource,
  dst: onWlanDestination,
  'src and dst': (g, holds) => and(onSource(g, holds), onWlanDestination(g, holds)),
  'src or dst': (g, holds) => or(onSource(g, holds), onWlanDestination(g, holds)),
  default: (g, holds) => or(onSource(g, holds), onWlanDestination(g, holds)),
  addr1: (_, holds) => holds(4),
  addr2: onSecond,
  addr3: onThird,
  addr4: onFourth,
  ra: (g, holds) => and(isNotManagement(g), holds(4)),
  ta: (g, holds) => and(isNotManagement(g), onSecond(g, holds)),
};

/** A link-layer address in an 802.11 frame. */
export function wlanHost(g: Generator, address: readonly number[], direction: Direction): Formula {
  const { header } = g;
  return hostTests[direction](g, (offset) => g.bytesEqual(header as Place, offset, address));
}
