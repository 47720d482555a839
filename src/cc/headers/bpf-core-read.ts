// What bpf_core_read.h defines: relocatable reads and questions, our own text for the names of libbpf 1.5.

import { type DeclarationRows, declarations, type MacroRows, macros, nested } from './rows.ts';

/** `.../* steps *\/` for a walk over n members: all but the last are pointers to follow. */
const walks = (kind: string, read: string): string =>
  nested(`___core_walk_${kind}`, (n) =>
    n === 1
      ? `(read_last, dst, src, a) read_last(dst, &((typeof(*(src)) *)(src))->a)`
      : `(read_last, dst, src, a, ...) ${read}(&__t, sizeof(__t), &((typeof(*(src)) *)(src))->a); ___core_walk_${kind}${n - 1}(read_last, dst, (typeof(((typeof(*(src)) *)(src))->a))(__t), __VA_ARGS__)`,
  );

/** The eight families: plain read or string, kernel or user memory, relocatable or not. */
function readFamily(name: string, kind: string, helpers: { readonly read: string; readonly string: string }): string {
  return `
${walks(kind, helpers.read)}
___core_last_${kind}(dst, place) ${helpers.read}(dst, sizeof(*(dst)), place)
___core_last_str_${kind}(dst, place) ${helpers.string}(dst, sizeof(*(dst)), place)
${name}_INTO(dst, src, a, ...) ({ const void *__t; (void)__t; ___bpf_apply(___core_walk_${kind}, ___bpf_narg(a, ## __VA_ARGS__))(___core_last_${kind}, dst, src, a, ## __VA_ARGS__); })
${name}_STR_INTO(dst, src, a, ...) ({ const void *__t; (void)__t; ___bpf_apply(___core_walk_${kind}, ___bpf_narg(a, ## __VA_ARGS__))(___core_last_str_${kind}, dst, src, a, ## __VA_ARGS__); })
${name}(src, a, ...) ({ typeof(___core_place(src, a, ## __VA_ARGS__)) __r; ${name}_INTO(&__r, src, a, ## __VA_ARGS__); __r; })
`;
}

const families = (): string =>
  [
    readFamily('BPF_CORE_READ', 'core', { read: 'bpf_core_read', string: 'bpf_core_read_str' }),
    readFamily('BPF_CORE_READ_USER', 'core_user', { read: 'bpf_core_read_user', string: 'bpf_core_read_user_str' }),
    readFamily('BPF_PROBE_READ', 'probe', { read: 'bpf_probe_read_kernel', string: 'bpf_probe_read_kernel_str' }),
    readFamily('BPF_PROBE_READ_USER', 'probe_user', { read: 'bpf_probe_read_user', string: 'bpf_probe_read_user_str' }),
  ].join('\n');

export const bpfCoreRead: readonly MacroRows[] = [
  macros(
    'libbpf: bpf_core_read.h (relocation kinds of clang)',
    `
__CORE_RELO(src, field, info) __builtin_preserve_field_info((src)->field, BPF_FIELD_##info)
___bpf_typeof(type) ((typeof(type) *)0)
___bpf_field_ref1(field) (field)
___bpf_field_ref2(type, field) (((typeof(type) *)0)->field)
___bpf_field_ref(args...) ___bpf_apply(___bpf_field_ref, ___bpf_narg(args))(args)
bpf_core_field_exists(field...) __builtin_preserve_field_info(___bpf_field_ref(field), BPF_FIELD_EXISTS)
bpf_core_field_size(field...) __builtin_preserve_field_info(___bpf_field_ref(field), BPF_FIELD_BYTE_SIZE)
bpf_core_field_offset(field...) __builtin_preserve_field_info(___bpf_field_ref(field), BPF_FIELD_BYTE_OFFSET)
bpf_core_type_id_local(type) __builtin_btf_type_id(*___bpf_typeof(type), BPF_TYPE_ID_LOCAL)
bpf_core_type_id_kernel(type) __builtin_btf_type_id(*___bpf_typeof(type), BPF_TYPE_ID_TARGET)
bpf_core_type_exists(type) __builtin_preserve_type_info(*___bpf_typeof(type), BPF_TYPE_EXISTS)
bpf_core_type_matches(type) __builtin_preserve_type_info(*___bpf_typeof(type), BPF_TYPE_MATCHES)
bpf_core_type_size(type) __builtin_preserve_type_info(*___bpf_typeof(type), BPF_TYPE_SIZE)
bpf_core_enum_value_exists(enum_type, enum_value) __builtin_preserve_enum_value(*(typeof(enum_type) *)enum_value, BPF_ENUMVAL_EXISTS)
bpf_core_enum_value(enum_type, enum_value) __builtin_preserve_enum_value(*(typeof(enum_type) *)enum_value, BPF_ENUMVAL_VALUE)
bpf_core_cast(ptr, type) ((typeof(type) *)bpf_rdonly_cast((ptr), bpf_core_type_id_kernel(type)))
`,
  ),
  macros(
    'libbpf: bpf_core_read.h (reads)',
    () => `
bpf_core_read(dst, sz, src) bpf_probe_read_kernel(dst, sz, (const void *)__builtin_preserve_access_index(src))
bpf_core_read_user(dst, sz, src) bpf_probe_read_user(dst, sz, (const void *)__builtin_preserve_access_index(src))
bpf_core_read_str(dst, sz, src) bpf_probe_read_kernel_str(dst, sz, (const void *)__builtin_preserve_access_index(src))
bpf_core_read_user_str(dst, sz, src) bpf_probe_read_user_str(dst, sz, (const void *)__builtin_preserve_access_index(src))
___core_place1(src, a) ((src)->a)
${nested('___core_placeN', (n) => (n === 1 ? '(place, a) place->a' : `(place, a, ...) ___core_placeN${n - 1}(place->a, __VA_ARGS__)`))}
___core_place(src, a, ...) ___bpf_apply(___core_placeN, ___bpf_narg(a, ## __VA_ARGS__))((src), a, ## __VA_ARGS__)
${families()}
`,
  ),
  macros(
    'libbpf: bpf_core_read.h (bit-fields)',
    `
___core_bits_done(s, field, val) ({
  val <<= __CORE_RELO(s, field, LSHIFT_U64);
  if (__CORE_RELO(s, field, SIGNED)) val = ((long long)val) >> __CORE_RELO(s, field, RSHIFT_U64);
  else val = val >> __CORE_RELO(s, field, RSHIFT_U64);
  val; })
BPF_CORE_READ_BITFIELD_PROBED(s, field) ({
  unsigned long long val = 0;
  bpf_probe_read_kernel((void *)&val, __CORE_RELO(s, field, BYTE_SIZE), (const void *)s + __CORE_RELO(s, field, BYTE_OFFSET));
  ___core_bits_done(s, field, val); })
BPF_CORE_READ_BITFIELD(s, field) ({
  const void *p = (const void *)s + __CORE_RELO(s, field, BYTE_OFFSET);
  unsigned long long val;
  asm volatile("" : "+r"(p));
  switch (__CORE_RELO(s, field, BYTE_SIZE)) {
    case 1: val = *(const unsigned char *)p; break;
    case 2: val = *(const unsigned short *)p; break;
    case 4: val = *(const unsigned int *)p; break;
    case 8: val = *(const unsigned long long *)p; break;
    default: val = 0; break;
  }
  ___core_bits_done(s, field, val); })
BPF_CORE_WRITE_BITFIELD(s, field, new_val) ({
  void *p = (void *)s + __CORE_RELO(s, field, BYTE_OFFSET);
  unsigned int byte_size = __CORE_RELO(s, field, BYTE_SIZE);
  unsigned int lshift = __CORE_RELO(s, field, LSHIFT_U64);
  unsigned int rshift = __CORE_RELO(s, field, RSHIFT_U64);
  unsigned long long mask, val, nval = new_val;
  unsigned int rpad = rshift - lshift;
  asm volatile("" : "+r"(p));
  switch (byte_size) {
    case 1: val = *(unsigned char *)p; break;
    case 2: val = *(unsigned short *)p; break;
    case 4: val = *(unsigned int *)p; break;
    case 8: val = *(unsigned long long *)p; break;
    default: val = 0; break;
  }
  mask = (~0ULL << rshift) >> lshift;
  val = (val & ~mask) | ((nval << rpad) & mask);
  switch (byte_size) {
    case 1: *(unsigned char *)p = val; break;
    case 2: *(unsigned short *)p = val; break;
    case 4: *(unsigned int *)p = val; break;
    case 8: *(unsigned long long *)p = val; break;
  } })
`,
  ),
];

/** Numbers that clang's relocation builtins take. */
export const bpfCoreDeclarations: DeclarationRows = declarations(
  'LLVM: BPFCORE.h; libbpf: bpf_core_read.h',
  `
BPF_FIELD_BYTE_OFFSET, BPF_FIELD_BYTE_SIZE, BPF_FIELD_EXISTS, BPF_FIELD_SIGNED, BPF_FIELD_LSHIFT_U64, BPF_FIELD_RSHIFT_U64:
  enum bpf_field_info_kind {
    BPF_FIELD_BYTE_OFFSET = 0, BPF_FIELD_BYTE_SIZE = 1, BPF_FIELD_EXISTS = 2,
    BPF_FIELD_SIGNED = 3, BPF_FIELD_LSHIFT_U64 = 4, BPF_FIELD_RSHIFT_U64 = 5,
  };
BPF_TYPE_ID_LOCAL, BPF_TYPE_ID_TARGET:
  enum bpf_type_id_kind { BPF_TYPE_ID_LOCAL = 0, BPF_TYPE_ID_TARGET = 1 };
BPF_TYPE_EXISTS, BPF_TYPE_SIZE, BPF_TYPE_MATCHES:
  enum bpf_type_info_kind { BPF_TYPE_EXISTS = 0, BPF_TYPE_SIZE = 1, BPF_TYPE_MATCHES = 2 };
BPF_ENUMVAL_EXISTS, BPF_ENUMVAL_VALUE:
  enum bpf_enum_value_kind { BPF_ENUMVAL_EXISTS = 0, BPF_ENUMVAL_VALUE = 1 };
bpf_rdonly_cast:
  extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __attribute__((section(".ksyms"), weak));
`,
);
