// Which names the tables of the headers give, and as what.

import { describe, expect, it } from 'vitest';
import { helperPrototypes } from '../../spec/index.ts';
import { createHeaders } from './headers.ts';

describe('macros', () => {
  it('are found once their header is included, asked for before or not', () => {
    const headers = createHeaders();
    expect(headers.macro('SEC')).toBeUndefined();
    headers.include('bpf/bpf_helpers.h');
    expect(headers.macro('SEC')).toBe('SEC(name) __attribute__((section(name), used))');
  });

  it.each<['x86' | 'arm64', string]>([
    ['x86', '__x86_64__'],
    ['arm64', '__aarch64__'],
  ])('of BCC name the machine: %s', (architecture, name) => {
    expect(createHeaders({ dialect: 'bcc', architecture }).macro(name)).toBe(`${name} 1`);
    expect(createHeaders({ architecture }).macro(name)).toBeUndefined();
  });

  it('of <limits.h> come without those of the kernel', () => {
    const headers = createHeaders();
    headers.include('limits.h');
    expect(headers.macro('INT_MAX')).toBe('INT_MAX ((int)(~0U >> 1))');
    expect(headers.macro('U32_MAX')).toBeUndefined();
    headers.include('net/sock.h');
    expect(headers.macro('U32_MAX')).toBe('U32_MAX ((u32)~0U)');
  });

  it('of single flags of allocations are made of their bits', () => {
    const headers = createHeaders();
    expect(headers.macro('__GFP_ZERO')).toBeUndefined();
    headers.include('net/sock.h');
    expect(headers.macro('__GFP_ZERO')).toBe('__GFP_ZERO ((gfp_t)0x100u)');
    expect(headers.macro('__GFP_toString')).toBeUndefined();
  });
});

describe('declarations', () => {
  const headers = createHeaders();

  it('of helpers are constant pointers, all of them', () => {
    expect(headers.declaration('bpf_map_lookup_elem')).toBe(
      'static void *(* const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;',
    );
    for (const { id, prototype } of helperPrototypes) {
      const [, returns, name = '', rest] = /^(.*?)(bpf_\w+)(\(.*\))$/.exec(prototype) ?? [];
      expect(headers.declaration(name)).toBe(`static ${returns}(* const ${name})${rest} = (void *)${id};`);
      expect(headers.isValueName(name)).toBe(true);
    }
    expect(headers.declaration('bpf_no_such')).toBeUndefined();
    expect(headers.declaration('map_lookup_elem')).toBeUndefined();
  });

  it('of packet headers are structs of the narrowest members', () => {
    expect(headers.tag('ethernet_t')).toBe(
      'struct ethernet_t { unsigned long long dst:48; unsigned long long src:48; unsigned short type; } __attribute__((packed, btf_decl_tag("bcc:packet")));',
    );
  });
});

describe('enumerators', () => {
  const headers = createHeaders();

  it.each([
    ['BPF_FUNC_map_lookup_elem', 'bpf_func_id'],
    ['XDP_PASS', 'xdp_action'],
    ['SKB_NOT_DROPPED_YET', 'skb_drop_reason'],
    ['IRQ_WAKE_THREAD', 'irqreturn'],
    ['REQ_OP_READ', 'req_op'],
    ['PERF_COUNT_HW_CPU_CYCLES', 'perf_hw_id'],
    ['PERF_COUNT_SW_CPU_CLOCK', 'perf_sw_ids'],
  ])('of the kernel are known by how they begin: %s', (name, tag) => {
    expect(headers.enumTag(name)).toBe(tag);
  });

  it.each(['XDP_PASSED', 'XDP_FLAGS_MASK', 'REQ_OP_BITS', 'PERF_COUNT_HW_CACHE_L1D', 'MY_BPF_FUNC_x', 'IRQ_NONES'])(
    'are no others: %s',
    (name) => {
      expect(headers.enumTag(name)).toBeUndefined();
    },
  );
});
