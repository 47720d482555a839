import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../base/index.ts';
import { KernelSymbols } from './kallsyms.ts';

const text = `ffffffff81000000 T _stext
ffffffff81000000 T _text
ffffffff81000100 t startup
0000000000000000 A fixed_percpu_data
ffffffff81000200 T do_one
ffffffffc0201000 t init_once	[ext4]
ffffffffc0100000 t bpf_prog_6deef7357e7b4530_tp	[bpf]
ffffffff81000180 D some_data
ffffffff81000300 W weak_one
`;
const symbols = new KernelSymbols(encodeUtf8(text));

describe('KernelSymbols', () => {
  test('finds addresses, whatever the order of the lines', () => {
    expect(symbols.length).toBe(9);
    expect(symbols.resolve(0xffffffff81000105n)).toMatchObject({
      name: 'startup',
      offset: 5,
      module: undefined,
      type: 't',
    });
    expect(symbols.resolve(0xffffffff81000000n)).toMatchObject({ name: '_stext', offset: 0 });
    expect(symbols.resolve(0xffffffffc0201fffn)).toMatchObject({ name: 'init_once', offset: 0xfff, module: 'ext4' });
    expect(symbols.resolve(0xffffffffc0100010n)).toMatchObject({ name: 'bpf_prog_6deef7357e7b4530_tp', module: 'bpf' });
    expect(symbols.resolve(5n)).toMatchObject({ name: 'fixed_percpu_data', offset: 5 });
  });

  test('finds names', () => {
    expect(symbols.find('do_one')).toEqual({
      name: 'do_one',
      address: 0xffffffff81000200n,
      type: 'T',
      module: undefined,
    });
    for (const name of ['do_on', 'o_one', 'T do_one', '', '[ext4]', '\tinit_once'])
      expect(symbols.find(name)).toBeUndefined();
    expect(symbols.find('init_once')).toMatchObject({ address: 0xffffffffc0201000n, module: 'ext4' });
    const twice = '0000000000000020 t a\n0000000000000010 T a\n0000000000000030 T a';
    expect(new KernelSymbols(encodeUtf8(twice)).find('a')?.address).toBe(0x10n);
    expect(symbols.functionNames().sort()).toEqual(
      ['_stext', '_text', 'bpf_prog_6deef7357e7b4530_tp', 'do_one', 'init_once', 'startup', 'weak_one'].sort(),
    );
  });

  test('says when addresses are hidden', () => {
    expect(symbols.hasAddresses).toBe(true);
    expect(new KernelSymbols(encodeUtf8('0000000000000000 T _stext\n0000000000000000 t a\n')).hasAddresses).toBe(false);
    expect(new KernelSymbols(new Uint8Array(0)).hasAddresses).toBe(false);
    expect(new KernelSymbols(new Uint8Array(0)).resolve(1n)).toBeUndefined();
  });

  test('leaves out what is not a symbol, and never fails', () => {
    expect(new KernelSymbols(encodeUtf8('hello\n\nffffffff8100000g T x\nffffffff81000000 T ok')).length).toBe(1);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const some = new KernelSymbols(bytes);
        for (let index = 0; index < some.length; index++) some.at(index);
        some.resolve(0x1234n);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test('agrees with a linear search', () => {
    const address = fc.bigInt({ min: 0n, max: 0xffffffffffffffffn });
    fc.assert(
      fc.property(fc.uniqueArray(address, { minLength: 1, maxLength: 50 }), address, (starts, wanted) => {
        const lines = starts.map((start, index) => `${start.toString(16).padStart(16, '0')} T f${index}\n`);
        const found = new KernelSymbols(encodeUtf8(lines.join(''))).resolve(wanted);
        const below = starts
          .filter((start) => start <= wanted)
          .sort((a, b) => (a < b ? -1 : 1))
          .at(-1);
        expect(found?.address).toBe(below);
        if (below !== undefined) expect(found?.name).toBe(`f${starts.indexOf(below)}`);
      }),
      { seed: 9, numRuns: 200 },
    );
  });
});
