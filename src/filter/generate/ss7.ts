// SS7: MTP2 signal units and MTP3's routing label.

import { and, type Formula, GT, not, test } from '../ir/formula.ts';
import { AND, NO_BASE, type Value } from '../ir/values.ts';
import type { FieldTests } from '../parse/ast.ts';
import { any, type Generator } from './generator.ts';
import { fieldTest } from './relations.ts';

/** Where the MTP2 header starts. */
function start(g: Generator, word: string, network: string): number {
  const { ss7 } = g.linkType;
  if (ss7 === undefined) throw g.refuse('ss7', `"${word}" is for ${network} only`);
  return ss7;
}

function atMost(value: Value, k: number): Formula {
  return not(test(GT, value, k));
}

/** `fisu`, `lssu`, `msu` by the length indicator, and the same for high-speed links. */
export function mtp2(g: Generator, type: string): Formula {
  const offset = start(g, type, 'MTP2');
  const { values } = g;
  const isHighSpeed = type.startsWith('h');
  const length = isHighSpeed
    ? values.withConstant(AND, values.load(2, NO_BASE, offset + 4), 0xff80)
    : values.withConstant(AND, values.load(1, NO_BASE, offset + 2), 0x3f);
  const longest = isHighSpeed ? 0x100 : 2;
  const kind = isHighSpeed ? type.slice(1) : type;
  if (kind === 'fisu') return g.equals(length, 0);
  return kind === 'msu' ? test(GT, length, longest) : and(test(GT, length, 0), atMost(length, longest));
}

/** A field of MTP2 or MTP3: where it is, which bits, how a number is laid out in them. */
interface Ss7Field {
  readonly offset: number;
  readonly size: number;
  readonly mask: number;
  readonly largest: number;
  readonly place: (value: number) => number;
}

const fields: Readonly<Record<string, Ss7Field>> = {
  sio: { offset: 3, size: 1, mask: 0xffffffff, largest: 255, place: (value) => value },
  // The label lies in little-endian bit order: 14 bits destination, 14 bits origin, 4 bits link selection.
  opc: {
    offset: 4,
    size: 4,
    mask: 0x00c0ff0f,
    largest: 16383,
    place: (value) => ((value & 0x3c00) >> 10) | ((value & 0x3fc) << 6) | ((value & 3) << 22),
  },
  dpc: {
    offset: 4,
    size: 4,
    mask: 0xff3f0000,
    largest: 16383,
    place: (value) => ((value & 0xff) << 24) | ((value & 0x3f00) << 8),
  },
  sls: { offset: 7, size: 1, mask: 0xf0, largest: 15, place: (value) => value << 4 },
};

const HIGH_SPEED_SHIFT = 3;

/** `sio`, `opc`, `dpc`, `sls` and the same for high-speed links. */
export function mtp3Field(g: Generator, name: string, tests: FieldTests): Formula {
  const offset = start(g, name, 'SS7');
  const isHighSpeed = name.startsWith('h');
  const field = fields[isHighSpeed ? name.slice(1) : name] as Ss7Field;
  const at = offset + field.offset + (isHighSpeed ? HIGH_SPEED_SHIFT : 0);
  const load = g.values.load(field.size, NO_BASE, at);
  const value = field.mask === 0xffffffff ? load : g.values.withConstant(AND, load, field.mask);
  return any(
    ...tests.map((one) => {
      if (one.value > field.largest)
        throw g.refuse('ss7-value', `"${name}" goes up to ${field.largest}, not ${one.value}`);
      return fieldTest(g, value, one.operator, field.place(one.value) >>> 0);
    }),
  );
}
