// `memcmp`: equality by words; the order of the first that differ by their bytes, which only then are put in order.

import { constant } from '../ir/build.ts';
import type { Block, Value, Width } from '../ir/types.ts';
import type { FunctionBuilder, Way } from './builder.ts';

/** Two areas of `size` bytes. */
export interface Areas {
  readonly left: Value;
  readonly right: Value;
  readonly size: number;
  /** Of both; at most 8. */
  readonly align: number;
}

/** Where words of one width were found to differ. */
interface Difference {
  readonly block: Block;
  readonly left: Way[];
  readonly right: Way[];
}

/** Less than, equal to or greater than 0 as the bytes of `left` come before, are or come after those of `right`. */
export function compareMemory(builder: FunctionBuilder, { left, right, size, align }: Areas): Value {
  const done = builder.newBlock('memcmp.end');
  const differences = new Map<Width, Difference>();
  for (let at = 0; at < size; ) {
    let width = align as Width;
    while (at + width > size) width = (width >> 1) as Width;
    const found = differences.get(width) ?? { block: builder.newBlock('memcmp.differ'), left: [], right: [] };
    differences.set(width, found);
    const [a, b] = [left, right].map((base) => word(builder, base, { at, width })) as [Value, Value];
    found.left.push({ block: builder.block, value: a });
    found.right.push({ block: builder.block, value: b });
    at += width;
    const next = builder.newBlock('memcmp.next');
    builder.branch(builder.compare('ne', a, b), found.block, next);
    builder.start(next);
  }
  const results: Way[] = [{ block: builder.block, value: constant('i32', 0) }];
  builder.jump(done);
  for (const [width, difference] of differences) results.push(...orders(builder, difference, { width, done }));
  builder.start(done);
  return builder.phi('i32', results);
}

function word(builder: FunctionBuilder, base: Value, { at, width }: { at: number; width: Width }): Value {
  const access = { base, offset: at, relocation: undefined, volatile: false };
  return builder.load(access, width === 8 ? 'i64' : 'i32', { width, signed: false });
}

/** -1 and 1, and the ways on which they are the result. */
function orders(builder: FunctionBuilder, words: Difference, { width, done }: { width: Width; done: Block }): Way[] {
  builder.start(words.block);
  const found = [words.left, words.right].map((each) => builder.phi(width === 8 ? 'i64' : 'i32', each));
  const [a, b] = found.map((value) => (width === 1 ? value : builder.byteSwap(value, (width * 8) as 16 | 32 | 64))) as [
    Value,
    Value,
  ];
  const ways = [-1, 1].map((order) => ({ block: builder.newBlock('memcmp.order'), value: constant('i32', order) }));
  const [less, more] = ways.map(({ block }) => block) as [Block, Block];
  builder.branch(builder.compare('ult', a, b), less, more);
  for (const block of [less, more]) {
    builder.start(block);
    builder.jump(done);
  }
  return ways;
}
