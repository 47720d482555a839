// Shapes of programs that clang takes, each once found to be missing here.

import { describe, expect, it } from 'vitest';
import { compileC } from '../../../src/cc/compile.ts';
import type { BpfObject } from '../../../src/object/index.ts';
import { runningKernelTypes } from '../../support/kernel-types.ts';

const kernelTypes = runningKernelTypes();

function compiled(text: string): BpfObject {
  const includes = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_tracing.h>\n';
  return compileC(`${includes}${text}`, { btf: kernelTypes, dialect: 'libbpf', verify: true }).object;
}

describe('kfuncs', () => {
  it('are externs without the word', () => {
    const { externs } = compiled(`void bpf_rcu_read_lock(void) __ksym; extern void bpf_rcu_read_unlock(void) __ksym;
      SEC("tp_btf/sys_enter") int f(void *ctx) { bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return 0; }`);
    expect(externs.map(({ name, kind, weak }) => ({ name, kind, weak }))).toEqual([
      { name: 'bpf_rcu_read_lock', kind: 'kfunc', weak: false },
      { name: 'bpf_rcu_read_unlock', kind: 'kfunc', weak: false },
    ]);
  });

  it('are called by assembly, by operand and by name', () => {
    const { externs, programs } =
      compiled(`extern void bpf_rcu_read_lock(void) __ksym; extern void bpf_rcu_read_unlock(void) __ksym;
      __attribute__((used)) void mention(void) { bpf_rcu_read_unlock(); }
      SEC("raw_tp") __attribute__((naked)) int f(void) {
        asm volatile ("call %[bpf_rcu_read_lock]; call bpf_rcu_read_unlock; r0 = 0; exit;" :: [bpf_rcu_read_lock]"i"(bpf_rcu_read_lock)); }`);
    expect(externs.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'kfunc bpf_rcu_read_lock',
      'kfunc bpf_rcu_read_unlock',
    ]);
    expect(programs[0]?.references).toMatchObject([
      { kind: 'kfunc', instruction: 0, extern: 'bpf_rcu_read_lock' },
      { kind: 'kfunc', instruction: 1, extern: 'bpf_rcu_read_unlock' },
    ]);
    expect([...(programs[0]?.code.subarray(0, 16) ?? [])]).toEqual([
      0x85, 0x20, 0, 0, 0, 0, 0, 0, 0x85, 0x20, 0, 0, 0, 0, 0, 0,
    ]);
  });
});

describe('prototypes', () => {
  it('of functions defined below, static and global', () => {
    const { programs } = compiled(`static int one(int); int two(int);
      SEC("socket") int f(void *ctx) { return one(1) + two(2); }
      int one(int x) { return x; }
      __noinline int two(int x) { return x; }`);
    expect(programs.map(({ name }) => name)).toEqual(['f']);
  });

  it('of functions defined nowhere are reported', () => {
    expect(() => compiled('int gone(int); SEC("socket") int f(void *ctx) { return gone(1); }')).toThrow(
      "function 'gone' is declared but not defined",
    );
  });
});

describe('types of headers', () => {
  it('are whole where a function uses one before it is fetched in file scope', () => {
    const text = `int before(void) { struct itimerspec *x = 0; return sizeof(*x); }
      int after(struct itimerspec *x) { return sizeof(*x); }`;
    expect(() => compiled(text)).not.toThrow();
  });
});

describe('loops', () => {
  it('that compare with a string do not read behind its end', () => {
    const text = `static int compare(const char *a, const char *b) {
        for (int i = 0; i < 8; i++) { if (a[i] != b[i]) return a[i] - b[i]; if (!a[i]) break; } return 0; }
      SEC("raw_tp/sys_enter") int f(void *ctx) { char c[8]; bpf_get_current_comm(c, 8); return compare(c, "abd"); }`;
    const includes = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n';
    expect(compileC(includes + text, { btf: kernelTypes, dialect: 'libbpf', verify: true }).ir).not.toContain('+4]');
  });
});
