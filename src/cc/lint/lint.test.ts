// What compiles and will not load is warned about; what loads is not.

import { describe, expect, it } from 'vitest';
import { compileC } from '../compile.ts';

const preamble = `
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <linux/bpf.h>
struct value { __u64 a, b; };
struct skb { unsigned int len, pkt_type, mark; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 10); __type(key, int); __type(value, struct value); } map SEC(".maps");
int key;
`;
const licence = 'char LICENSE[] SEC("license") = "GPL";';

function warnings(text: string, disabledWarnings: readonly string[] = []): string[] {
  const { diagnostics } = compileC(preamble + text, { name: 'lint.c', disabledWarnings, verify: true });
  return diagnostics.map(({ code, message }) => `${code}: ${message}`);
}

const body = (text: string): string => `${licence} SEC("socket") int f(struct skb *c) { ${text} }`;
const look = 'struct value *v = bpf_map_lookup_elem(&map, &key);';

describe('warned about', () => {
  const rows: readonly (readonly [title: string, text: string, ...expected: string[]])[] = [
    [
      'pointer never tested',
      body(`${look} v->b++; return 0;`),
      "null-dereference: 'bpf_map_lookup_elem' may return NULL",
    ],
    ['pointer tested too late', body(`${look} __u64 x = v->a; if (!v) return 1; return x;`), 'null-dereference'],
    [
      'helper of another program type',
      `${licence} SEC("xdp") int f(void *c) { return bpf_get_stackid(c, &map, 0) ? XDP_PASS : XDP_DROP; }`,
      `helper-unavailable: helper 'bpf_get_stackid' cannot be called from program 'f' (SEC("xdp"))`,
    ],
    [
      'helper of another attach type',
      `${licence} SEC("fentry/x") int f(void *c) { __u64 r; bpf_get_func_ret(c, &r); return 0; }`,
      "helper-unavailable: helper 'bpf_get_func_ret'",
    ],
    [
      'no licence',
      'SEC("kprobe/x") int f(void *c) { bpf_printk("x"); return 0; }',
      "gpl-only-helper: helper 'bpf_trace_printk'",
    ],
    [
      'licence that will not do',
      'char L[] SEC("license") = "MIT"; SEC("kprobe/x") int f(void *c) { bpf_printk("x"); return 0; }',
      "the licence is 'MIT'",
    ],
    [
      'sleeping',
      `${licence} SEC("fentry/x") int f(void *c) { char b[8]; bpf_copy_from_user(b, 8, c); return 0; }`,
      "sleeping-helper: helper 'bpf_copy_from_user'",
    ],
    [
      'XDP action',
      `${licence} SEC("xdp") int f(void *c) { return -1; }`,
      'return-value: program \'f\' (SEC("xdp")) returns -1',
    ],
    [
      'return value through a macro',
      `${licence} SEC("fexit/x") int BPF_PROG(f, int a) { if (a) return 3; return 0; }`,
      'returns 3, the verifier allows 0 only',
    ],
    ['loop without end', body('int x = c->len; while (1) x++; return x;'), 'endless-loop: this loop has no end'],
    [
      'loop that stands still',
      body('int s = 0, x = c->len; while (x) s += ++c->mark; return s;'),
      'endless-loop: what ends',
    ],
    [
      'loop to an unknown number',
      body('unsigned n = c->len; for (unsigned i = 0; i < n; i++) c->mark += i; return 0;'),
      'unbounded-loop: the bound of this loop may be any number',
    ],
    [
      'stack of several functions',
      `${licence} static __noinline int g(char *p) { char b[300]; bpf_get_current_comm(b, 300); return b[p[0] & 63]; }
       SEC("socket") int f(void *c) { char b[300]; bpf_get_current_comm(b, 300); return g(b); }`,
      'call-stack: the calls f -> g need 640 bytes',
    ],
  ];
  it.each(rows)('%s', (_title, text, ...expected) => {
    const found = warnings(text).join('\n');
    for (const part of expected) expect(found).toContain(part);
    const [code = ''] = found.split(':');
    expect(warnings(text, [code]).join('\n')).not.toContain(code);
  });
});

describe('not warned about', () => {
  it.each([
    ['a pointer that was tested', body(`${look} if (v) return v->b; return 0;`)],
    [
      'a pointer tested by way of a flag',
      body(`int on = 0; ${look} if (c->len && v) on = 1; if (on) return v->b; return 0;`),
    ],
    ['a helper under a guard of its kind', `${licence} SEC("kprobe/x") int f(void *c) { return bpf_get_func_ip(c); }`],
    ['a return value that is computed', `${licence} SEC("xdp") int f(struct skb *c) { return c->len & 3; }`],
    [
      'a bounded loop',
      body('unsigned n = c->len; if (n > 90) n = 90; for (unsigned i = 0; i < n; i++) c->mark += i; return 0;'),
    ],
    [
      'a loop with two bounds',
      body('unsigned n = c->len; for (unsigned i = 0; i < n && i < 9; i++) c->mark += i; return 0;'),
    ],
    ['a masked bound', body('unsigned n = c->len & 63; for (unsigned i = 0; i < n; i++) c->mark += i; return 0;')],
    ['a list walked', body('struct n { struct n *next; } *p = 0; while (p) p = p->next; return 0;')],
    [
      'a helper that may sleep where it may',
      `${licence} SEC("fentry.s/x") int f(void *c) { char b[8]; bpf_copy_from_user(b, 8, c); return 0; }`,
    ],
  ])('%s', (_title, text) => expect(warnings(text)).toEqual([]));
});
