// The compiler's built-in headers: which names are visible after which `#include`.

import { helperPrototypes } from '../../spec/index.ts';
import type { CompileCOptions } from '../compile.ts';
import type { Headers } from './types.ts';

const builtinPath = /^(vmlinux\.h|(linux|uapi|net|asm|asm-generic|bpf|bcc|sys|netinet|arpa)\/.*|std(int|bool|def|arg|io|lib)\.h|string\.h|stdio\.h|errno\.h|limits\.h|inttypes\.h)$/;

const macroTexts = new Map(
  [
    'SEC(name) __attribute__((section(name), used))',
    '__uint(name, val) int (*name)[val]',
    '__type(name, val) typeof(val) *name',
    '__array(name, val) typeof(val) *name[]',
    '__ulong(name, val) enum { name##__value = val } name',
    '__always_inline inline __attribute__((always_inline))',
    '__noinline __attribute__((noinline))',
    '__weak __attribute__((weak))',
    '__hidden __attribute__((visibility("hidden")))',
    '__kconfig __attribute__((section(".kconfig")))',
    '__ksym __attribute__((section(".ksyms")))',
    'NULL ((void *)0)',
    'offsetof(type, member) __builtin_offsetof(type, member)',
  ].map((text) => [/^\w+/.exec(text)?.[0] ?? '', text]),
);

const helperTexts = new Map(
  helperPrototypes.map(({ id, prototype }) => {
    const [, returns = '', name = '', parameters = ''] = /^(.*?)(\bbpf_\w+)(\(.*\))$/.exec(prototype) ?? [];
    return [name, `static ${returns}(*const ${name})${parameters} = (void *)${id};`];
  }),
);

const typedefs = new Map(
  [
    'typedef unsigned char __u8;',
    'typedef unsigned short __u16;',
    'typedef unsigned int __u32;',
    'typedef unsigned long long __u64;',
    'typedef signed char __s8;',
    'typedef short __s16;',
    'typedef int __s32;',
    'typedef long long __s64;',
    'typedef __u16 __be16;',
    'typedef __u32 __be32;',
    'typedef __u32 __wsum;',
  ].map((text) => [/(\w+);$/.exec(text)?.[1] ?? '', text]),
);

/** Makes the headers for one compilation. */
export function createHeaders(_options: CompileCOptions): Headers {
  return {
    include: (path) => builtinPath.test(path),
    has: (path) => builtinPath.test(path),
    macro: (name) => macroTexts.get(name),
    declaration: (name) => helperTexts.get(name) ?? typedefs.get(name),
    tag: () => undefined,
    isTypeName: (name) => typedefs.has(name),
    names: () => [...helperTexts.keys()],
  };
}
