import { describe, expect, it } from 'vitest';
import { SourceError } from '../base/index.ts';
import { assemble } from './assemble.ts';
import { assembleConformance } from './assemble-conformance.ts';
import { ebpfTable } from './ebpf-table.ts';
import { rowOf } from './lookup.ts';

/** Mnemonic text, and the same in the kernel's syntax. */
const pairs: readonly (readonly [string, string])[] = [
  ['mov %r0, 1', 'r0 = 1'],
  ['mov %r0, -1', 'r0 = -1'],
  ['mov %r0, 0xffffffff', 'r0 = -1'],
  ['mov %r0, 0xffffffffffffffff', 'r0 = -1'],
  ['mov32 %r0, %r1', 'w0 = w1'],
  ['add %r0, %r1', 'r0 += r1'],
  ['add32 r0, 7', 'w0 += 7'],
  ['sdiv %r1, -3', 'r1 s/= -3'],
  ['sdiv32 %r1, %r2', 'w1 s/= w2'],
  ['smod %r1, %r2', 'r1 s%= r2'],
  ['arsh32 %r1, 31', 'w1 s>>= 31'],
  ['neg %r1', 'r1 = -r1'],
  ['neg32 %r1', 'w1 = -w1'],
  ['movsx8 %r1, %r2', 'r1 = (s8)r2'],
  ['movsx832 %r1, %r2', 'w1 = (s8)w2'],
  ['movsx1664 %r1, %r2', 'r1 = (s16)r2'],
  ['movsx32 %r1, %r2', 'r1 = (s32)r2'],
  ['movsx3264 %r1, %r2', 'r1 = (s32)r2'],
  ['movs32 %r1, %r2, 8', 'w1 = (s8)w2'],
  ['be16 %r0', 'r0 = be16 r0'],
  ['le64 %r0', 'r0 = le64 r0'],
  ['swap32 %r0', 'r0 = bswap32 r0'],
  ['bswap16 %r0', 'r0 = bswap16 r0'],
  ['endbe %r0, 32', 'r0 = be32 r0'],
  ['lddw %r0, 0x1122334455667788', 'r0 = 0x1122334455667788 ll'],
  ['lddw %r0, -1', 'r0 = -1 ll'],
  ['lddw %r0, map_by_fd(3)', 'r0 = map[id:3]'],
  ['lddw %r0, map_val(map_by_fd(3)) + 8', 'r0 = map[id:3][0]+8'],
  ['ldxdw %r0, [%r1+8]', 'r0 = *(u64 *)(r1 +8)'],
  ['ldxb %r0, [%r1]', 'r0 = *(u8 *)(r1 +0)'],
  ['ldxsb %r0, [%r1-1]', 'r0 = *(s8 *)(r1 -1)'],
  ['ldxwsx %r0, [%r1 + 0x10]', 'r0 = *(s32 *)(r1 +16)'],
  ['stxdw [%r10-8], %r1', '*(u64 *)(r10 -8) = r1'],
  ['stdw [%r10-8], 5', '*(u64 *)(r10 -8) = 5'],
  ['stb [%r1+2], 0x44', '*(u8 *)(r1 +2) = 68'],
  ['lock add [%r10-8], %r1', 'lock *(u64 *)(r10 -8) += r1'],
  ['lock32 xor [%r10-4], %r1', 'lock *(u32 *)(r10 -4) ^= r1'],
  ['lock or32 [%r10-4], %r1', 'lock *(u32 *)(r10 -4) |= r1'],
  ['lock fetch_add [%r10-8], %r1', 'r1 = atomic64_fetch_add((u64 *)(r10 -8), r1)'],
  ['lock fetch and [%r10-8], %r1', 'r1 = atomic64_fetch_and((u64 *)(r10 -8), r1)'],
  ['lock xchg [%r10-8], %r1', 'r1 = atomic64_xchg((u64 *)(r10 -8), r1)'],
  ['lock32 cmpxchg [%r10-8], %r1', 'r0 = atomic_cmpxchg((u32 *)(r10 -8), r0, r1)'],
  ['ldacqw %r0, [%r1+4]', 'r0 = load_acquire((u32 *)(r1 +4))'],
  ['strelb [%r1+4], %r0', 'store_release((u8 *)(r1 +4), r0)'],
  ['jeq %r1, 5, +3', 'if r1 == 5 goto +3'],
  ['jsgt32 %r1, %r2, -2', 'if w1 s> w2 goto -2'],
  ['jset %r1, 0x8, +0', 'if r1 & 8 goto +0'],
  ['ja +3', 'goto +3'],
  ['ja32 -3', 'gotol -3'],
  ['call 5', 'call 5'],
  ['call helper 5', 'call 5'],
  ['call local +2', 'call pc+2'],
  ['callx %r3', 'callx r3'],
  ['ldabsh 12', 'r0 = *(u16 *)skb[12]'],
  ['ldindb %r1, 12', 'r0 = *(u8 *)skb[r1 + 12]'],
  ['exit', 'exit'],
];

describe('conformance syntax', () => {
  it.each(pairs)('%s is %s', (mnemonic, kernel) => {
    expect(assembleConformance(mnemonic)).toEqual(assemble(kernel));
  });

  it('reaches every operation that is not an extension of Linux', () => {
    const more = ebpfTable.flatMap(({ operation, class: instructionClass, form }) => {
      const suffix = ['alu', 'jmp32'].includes(instructionClass) ? '32' : '';
      if (form === 'dst-imm') return [`${operation}${suffix} %r1, 1`];
      if (form === 'dst-src' && !['movsx', 'addr-space-cast'].includes(operation))
        return [`${operation}${suffix} %r1, %r2`];
      if (form === 'branch-imm') return [`${operation}${suffix} %r1, 1, +0`];
      if (form === 'branch-src') return [`${operation}${suffix} %r1, %r2, +0`];
      return [];
    });
    const reached = new Set(
      [...pairs.map(([text]) => text), ...more].map((text) => {
        const [first] = assembleConformance(text);
        return first && rowOf(first)?.operation;
      }),
    );
    const missing = ebpfTable.filter(({ operation }) => !reached.has(operation)).map(({ operation }) => operation);
    expect(new Set(missing)).toEqual(
      new Set([
        'addr-space-cast',
        'atomic-and',
        'atomic-fetch-or',
        'atomic-fetch-xor',
        'may-goto',
        'call-kfunc',
        'lddw-btf-id',
        'lddw-function',
        'lddw-map-index',
        'lddw-map-index-value',
      ]),
    );
  });

  it('resolves labels, forwards and backwards, and local calls', () => {
    const program = assembleConformance(`
      # count down
      mov %r1, 3
      loop: sub %r1, 1
      jne %r1, 0, loop
      call local function
      ja end
    function:
      mov %r0, 7
      exit
    end: exit
    `);
    expect(program).toEqual(assemble('r1 = 3\nr1 -= 1\nif r1 != 0 goto -2\ncall pc+1\ngoto +2\nr0 = 7\nexit\nexit'));
  });

  it.each([
    ['ldxq %r0, [%r1]', /no such instruction: ldxq[\s\S]*did you mean "ldx/],
    ['mov %r0', /2 operands expected, 1 given/],
    ['mov %r12, 1', /no register %r12/],
    ['ldxb %r0, %r1', /not a place in memory/],
    ['mov %r0, 0x100000000', /does not fit 32 bits/],
    ['ja nowhere', /no label "nowhere"/],
    ['jeq %r1, 5, +40000', /does not fit 16 bits/],
    ['stxb [%r1], 5', /"5" is not a register/],
    ['le24 %r0', /no such instruction/],
    ['movs %r1, %r2, 7', /no sign extension/],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => assembleConformance(text)).toThrow(message);
    expect(() => assembleConformance(text)).toThrow(SourceError);
  });
});
