// Macros the compiler defines by itself: what clang's BPF target defines, and the computed ones.

import { MacroNames, type Names } from '../headers/name-tables.ts';
import { macros } from '../headers/rows.ts';
import type { Macro, Token } from './types.ts';

/** Object-like macros that never change. */
export const predefinedMacros: Names = new MacroNames(
  macros(
    'clang -target bpf -dM -E',
    `
__bpf__ 1
__BPF__ 1
__clang__ 1
__clang_major__ 16
__clang_minor__ 0
__clang_patchlevel__ 6
__clang_version__ "16.0.6 (tsbpf)"
__tsbpf__ 1
__llvm__ 1
__GNUC__ 4
__GNUC_MINOR__ 2
__GNUC_PATCHLEVEL__ 1
__GNUC_STDC_INLINE__ 1
__VERSION__ "tsbpf"
__STDC__ 1
__STDC_HOSTED__ 1
__STDC_VERSION__ 201710L
__STDC_UTF_16__ 1
__STDC_UTF_32__ 1
__STDC_NO_VLA__ 1
__OPTIMIZE__ 1
__CHAR_BIT__ 8
__LP64__ 1
_LP64 1
__LITTLE_ENDIAN__ 1
__ORDER_LITTLE_ENDIAN__ 1234
__ORDER_BIG_ENDIAN__ 4321
__ORDER_PDP_ENDIAN__ 3412
__BYTE_ORDER__ __ORDER_LITTLE_ENDIAN__
__ELF__ 1
__BOOL_WIDTH__ 8
__SCHAR_MAX__ 127
__SHRT_MAX__ 32767
__INT_MAX__ 2147483647
__LONG_MAX__ 9223372036854775807L
__LONG_LONG_MAX__ 9223372036854775807LL
__WCHAR_MAX__ 2147483647
__SIZE_MAX__ 18446744073709551615UL
__INTMAX_MAX__ 9223372036854775807L
__UINTMAX_MAX__ 18446744073709551615UL
__PTRDIFF_MAX__ 9223372036854775807L
__INTPTR_MAX__ 9223372036854775807L
__UINTPTR_MAX__ 18446744073709551615UL
__INT8_MAX__ 127
__INT16_MAX__ 32767
__INT32_MAX__ 2147483647
__INT64_MAX__ 9223372036854775807L
__UINT8_MAX__ 255
__UINT16_MAX__ 65535
__UINT32_MAX__ 4294967295U
__UINT64_MAX__ 18446744073709551615UL
__SIZEOF_SHORT__ 2
__SIZEOF_INT__ 4
__SIZEOF_LONG__ 8
__SIZEOF_LONG_LONG__ 8
__SIZEOF_POINTER__ 8
__SIZEOF_SIZE_T__ 8
__SIZEOF_PTRDIFF_T__ 8
__SIZEOF_WCHAR_T__ 4
__SIZEOF_WINT_T__ 4
__SIZEOF_INT128__ 16
__SIZE_TYPE__ long unsigned int
__PTRDIFF_TYPE__ long int
__INTPTR_TYPE__ long int
__UINTPTR_TYPE__ long unsigned int
__INTMAX_TYPE__ long int
__UINTMAX_TYPE__ long unsigned int
__WCHAR_TYPE__ int
__WINT_TYPE__ int
__CHAR16_TYPE__ unsigned short
__CHAR32_TYPE__ unsigned int
__ATOMIC_RELAXED 0
__ATOMIC_CONSUME 1
__ATOMIC_ACQUIRE 2
__ATOMIC_RELEASE 3
__ATOMIC_ACQ_REL 4
__ATOMIC_SEQ_CST 5
__USER_LABEL_PREFIX__
__REGISTER_PREFIX__
__BASE_FILE__ "<base>"
__DATE__ "Jan  1 1970"
__TIME__ "00:00:00"
__TIMESTAMP__ "Thu Jan  1 00:00:00 1970"
__BIGGEST_ALIGNMENT__ 8
__INT8_TYPE__ signed char
__UINT8_TYPE__ unsigned char
__INT16_TYPE__ short
__UINT16_TYPE__ unsigned short
__INT32_TYPE__ int
__UINT32_TYPE__ unsigned int
__INT64_TYPE__ long int
__UINT64_TYPE__ long unsigned int
`,
  ),
);

/** `__LINE__` and its like; `counter` gives the numbers of `__COUNTER__`. */
export function dynamicMacros(
  place: (use: Token) => { readonly file: string; readonly line: number; readonly level: number },
): Macro[] {
  let counter = 0;
  const macro = (name: string, dynamic: (use: Token) => string): Macro => ({
    name,
    parameters: undefined,
    variadic: false,
    body: [],
    span: undefined,
    dynamic,
  });
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  return [
    macro('__LINE__', (use) => String(place(use).line)),
    macro('__FILE__', (use) => quoted(place(use).file)),
    macro('__FILE_NAME__', (use) => quoted(place(use).file.replace(/^.*\//, ''))),
    macro('__INCLUDE_LEVEL__', (use) => String(place(use).level)),
    macro('__COUNTER__', () => String(counter++)),
  ];
}

/** What `__has_attribute` and `__has_builtin` answer yes to, beside all names that start so. */
export const knownFeatures: ReadonlySet<string> = new Set(
  (
    'section always_inline noinline weak packed aligned unused used preserve_access_index preserve_static_offset btf_decl_tag btf_type_tag ' +
    'fallthrough __fallthrough__ may_alias noreturn transparent_union visibility hidden cold hot pure const format nonnull deprecated ' +
    'maybe_unused address_space naked flatten artificial gnu_inline mode warn_unused_result malloc c_static_assert c_generic_selections ' +
    'statement_expressions c_alignas c_alignof'
  ).split(' '),
);
