// Types of the target: a module's are found, and nothing of the target is read that the text does not need.

import { describe, expect, it } from 'vitest';
import { BtfBuilder, encodeBtf, parseBtf } from '../../btf/index.ts';
import { compileC } from '../compile.ts';

const base = ((): ReturnType<typeof parseBtf> => {
  const builder = new BtfBuilder();
  const int = builder.add({ kind: 'int', name: 'int', size: 4, encoding: 'signed', bits: 32, bitOffset: 0 });
  builder.add({ kind: 'typedef', name: '__u32', type: int });
  const members = [{ name: 'pid', type: int, bitOffset: 0, bitSize: 0 }];
  builder.add({ kind: 'struct', name: 'task_struct', size: 4, members });
  return parseBtf(encodeBtf(builder));
})();

const module = ((): ReturnType<typeof parseBtf> => {
  const builder = new BtfBuilder({ base });
  const task = builder.add({ kind: 'ptr', type: base.find('task_struct', 'struct') ?? 0 });
  const int = base.find('int', 'int') ?? 0;
  const members = [
    { name: 'count', type: int, bitOffset: 0, bitSize: 0 },
    { name: 'owner', type: task, bitOffset: 64, bitSize: 0 },
  ];
  const thing = builder.add({ kind: 'struct', name: 'thing', size: 16, members });
  const values = [{ name: 'THING_BUSY', value: 7n }];
  builder.add({ kind: 'typedef', name: 'thing_t', type: thing });
  builder.add({ kind: 'enum', name: 'thing_state', size: 4, signed: false, values });
  const parameters = [{ name: 'thing', type: builder.add({ kind: 'ptr', type: thing }) }];
  const type = builder.add({ kind: 'funcProto', returnType: int, parameters });
  builder.add({ kind: 'func', name: 'thing_count', type, linkage: 'static' });
  return parseBtf(encodeBtf(builder), { base });
})();

const section = '__attribute__((section("tp_btf/x"), used))';

/** Compiles against both; how often the modules were asked for. */
function compileWithModule(text: string): { readonly asked: number; readonly types: readonly string[] } {
  let asked = 0;
  const modules = (): (typeof module)[] => {
    asked++;
    return [module];
  };
  const { object } = compileC(`#include "vmlinux.h"\n${text}`, {
    // Each call reads the base anew, because its C types are kept.
    ...{ btf: parseBtf(encodeBtf(base)), modules, disabledWarnings: ['all'] },
  });
  return { asked, types: object.programs.map(({ name }) => name) };
}

describe("a module's types", () => {
  it.each([
    ['a struct', `int ${section} f(struct thing **ctx) { return ctx[0]->count + ctx[0]->owner->pid; }`],
    [
      'a typedef',
      `int ${section} f(void **ctx) { thing_t *t = ctx[0]; thing_t copy = {}; return t->count + copy.count; }`,
    ],
    [
      'a typedef of a parameter',
      `static int g(thing_t *t) { return t->count; } int ${section} f(void **ctx) { return g(ctx[0]); }`,
    ],
    ['an enum', `int ${section} f(void *ctx) { enum thing_state s = THING_BUSY; return s; }`],
    ['an enumerator', `int ${section} f(void *ctx) { return THING_BUSY; }`],
    ['a function', `int ${section} f(struct thing **ctx) { return thing_count(ctx[0]); }`],
  ])('are found by name: %s', (_, text) => {
    expect(compileWithModule(text)).toEqual({ asked: 1, types: ['f'] });
  });

  it("share the kernel's own", () => {
    const text = `int ${section} f(struct thing **ctx) { struct task_struct *t = ctx[0]->owner; return t->pid; }`;
    expect(compileWithModule(text)).toEqual({ asked: 1, types: ['f'] });
  });

  it('are not read where the kernel and the text have every name', () => {
    const text = `struct own { __u32 x; }; int ${section} f(struct task_struct **ctx) { struct own o = {1}; return ctx[0]->pid + o.x; }`;
    expect(compileWithModule(text)).toEqual({ asked: 0, types: ['f'] });
  });
});

describe("the target's configuration", () => {
  const answer = (text: string): { readonly asked: number; readonly value: number | undefined } => {
    let asked = 0;
    const kconfig = (): ReadonlyMap<string, string> => {
      asked++;
      return new Map([['CONFIG_HZ', '300']]);
    };
    const { object } = compileC(`#include <linux/sched.h>\nint ${section} f(void *ctx) { return ${text}; }`, {
      ...{ dialect: 'bcc', kconfig, disabledWarnings: ['all'] },
    });
    const [program] = object.programs;
    return { asked, value: program && new DataView(program.code.buffer, program.code.byteOffset).getInt32(4, true) };
  };

  it('is read where a name depends on it', () => {
    expect(answer('CONFIG_HZ')).toEqual({ asked: 1, value: 300 });
    expect(answer('HZ').value).toBe(300);
  });

  it('is not read elsewhere', () => {
    expect(answer('3')).toEqual({ asked: 0, value: 3 });
  });
});
