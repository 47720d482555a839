// USDT probes of a program of our own: arguments in registers, memory and constants, semaphores, in both dialects.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bpf, compile, load, Usdt } from '../../src/api/index.ts';
import { UsageError } from '../../src/base/index.ts';
import { openExecutable, usdtProbes } from '../../src/symbols/index.ts';
import { compileExecutable } from '../support/compile-c.ts';
import { usdtProgram } from '../support/usdt-program.ts';

const libbpfText = (path: string): string => `
  #include "vmlinux.h"
  #include <bpf/bpf_helpers.h>
  #include <bpf/bpf_tracing.h>
  #include <bpf/usdt.bpf.h>
  struct sale { int count, constant; long price; short change; char what[8]; };
  struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 16); __type(value, struct sale); } sales SEC(".maps");
  struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, int); __type(value, long); } seen SEC(".maps");
  static void note(int at, long value) { bpf_map_update_elem(&seen, &at, &value, BPF_ANY); }
  SEC("usdt/${path}:shop:sale")
  int BPF_USDT(on_sale, int count, long price, char *what, int constant, short change) {
    struct sale sale = { .count = count, .price = price, .constant = constant, .change = change };
    bpf_probe_read_user_str(sale.what, sizeof(sale.what), what);
    bpf_map_push_elem(&sales, &sale, 0);
    note(0, bpf_usdt_arg_cnt(ctx));
    return 0;
  }
  SEC("usdt/${path}:shop:indexed")
  int BPF_USDT(on_indexed, int element) { note(1, element); return 0; }
  SEC("usdt")
  int BPF_USDT(on_guarded, unsigned value) { note(2, value); note(3, bpf_usdt_cookie(ctx)); return 0; }
  char LICENSE[] SEC("license") = "GPL";`;

const bccText = `
  struct sale { int count; u64 price; char what[8]; };
  BPF_PERF_OUTPUT(sales);
  BPF_HASH(guarded, u32);
  int on_sale(struct pt_regs *ctx) {
    struct sale sale = {};
    bpf_usdt_readarg(1, ctx, &sale.count);
    bpf_usdt_readarg(2, ctx, &sale.price);
    bpf_usdt_readarg_p(3, ctx, &sale.what, sizeof(sale.what));
    sales.perf_submit(ctx, &sale, sizeof(sale));
    return 0;
  }
  int on_guarded(struct pt_regs *ctx) { u32 value = 0; bpf_usdt_readarg(1, ctx, &value); guarded.increment(value); return 0; }`;

const expectedSales = [
  { count: -7, price: 1n << 40n, constant: 42, change: -3, what: 'apples' },
  { count: 8, price: 9n, constant: -42, change: 1, what: 'pears' },
];

describe.each([
  ['position independent', []],
  ['at a fixed address', ['-no-pie']],
])('USDT probes of a program, %s', (_kind, flags) => {
  let path: string;
  let program: ChildProcessWithoutNullStreams;
  let answers: AsyncIterator<string>;

  beforeAll(async () => {
    path = await compileExecutable(usdtProgram, flags);
  });
  beforeEach(() => {
    program = spawn(path);
    answers = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  });
  afterEach(async () => {
    program.stdin.end();
    if (program.exitCode === null) await once(program, 'exit');
  });

  /** Runs all probes; the value of the semaphore. */
  const round = async (): Promise<number> => {
    program.stdin.write('\n');
    return Number((await answers.next()).value);
  };

  it('are listed from its notes', () => {
    const probes = usdtProbes(openExecutable(path));
    expect(probes.map(({ provider, name }) => `${provider}:${name}`).sort()).toEqual([
      'shop:guarded',
      'shop:indexed',
      'shop:sale',
      'shop:sale',
    ]);
    expect(probes.filter(({ semaphoreOffset }) => semaphoreOffset > 0)).toHaveLength(1);
  });

  it("give their arguments to programs of libbpf's dialect", async () => {
    await using session = await load(await compile(libbpfText(path)));
    session.program('on_sale').attach();
    session.program('on_indexed').attach();
    expect(await round()).toBe(0);
    const target = {
      kind: 'usdt',
      path,
      provider: 'shop',
      name: 'guarded',
      pid: program.pid ?? 0,
      cookie: 99n,
    } as const;
    const guarded = session.program('on_guarded').attach(target);
    expect(await round()).toBe(1);
    guarded[Symbol.dispose]();
    expect(await round()).toBe(0);
    const sales = session.map('sales');
    for (let i = 0; i < 3; i++) for (const sale of expectedSales) expect(sales.pop()).toMatchObject(sale);
    const seen = session.map('seen');
    expect([0, 1, 2, 3].map((at) => seen.get(at))).toEqual([5n, 33n, 0xfffffffen, 99n]);
  });

  it("give their arguments to programs of BCC's dialect", async () => {
    const usdt = new Usdt({ pid: program.pid ?? 0 });
    expect(usdt.enumerateProbes().find(({ name }) => name === 'sale')).toMatchObject({
      provider: 'shop',
      numLocations: 2,
      numArguments: 5,
    });
    usdt.enableProbe({ probe: 'sale', fn: 'on_sale' });
    usdt.enableProbe({ probe: 'shop:guarded', fn: 'on_guarded' });
    expect(() => usdt.enableProbe({ probe: 'sail', fn: 'on_sale' })).toThrow(UsageError);
    await using b = await bpf(bccText, { usdt: [usdt] });
    const sales: unknown[] = [];
    b.openPerfBuffer('sales', (sale) => sales.push(sale));
    expect(await round()).toBe(1);
    while (sales.length < 2 && (await b.perfBufferPoll(10_000)) > 0);
    expect(sales).toEqual(expectedSales.map(({ count, price, what }) => ({ count, price, what })));
    expect(b.table('guarded').items()).toEqual([[0xfffffffe, 1n]]);
  });
});

it('names the nearest probe where there is none of that name', async () => {
  const path = await compileExecutable(usdtProgram);
  const object = await compile(libbpfText(path).replace('shop:sale', 'shop:sail'));
  await using session = await load(object);
  expect(() => session.program('on_sale').attach()).toThrow(
    expect.objectContaining({ hint: 'did you mean shop:sale?' }),
  );
});
