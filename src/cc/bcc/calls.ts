// Functions that BCC rewrites at the call: each a template, chosen by name (bcc: b_frontend_action.cc, v0.31).

import type { Expression } from '../parse/types.ts';

type Call = Expression & { readonly kind: 'call' };

/** What a rule may ask of the function the call stands in. */
export interface CallPlace {
  /** Name of the enclosing function's first parameter. */
  readonly context: string;
  /** Name of the enclosing function. */
  readonly function: string;
  /** Does the text define a function of that name? */
  readonly defines: (name: string) => boolean;
}

type Rule = (call: Call, place: CallPlace) => string | undefined;

/** Text with `__0`, `__1`, ... for the arguments; undefined: an ordinary call. */
export const callRules: Readonly<Record<string, Rule>> = {
  bpf_trace_printk(call): string | undefined {
    if (call.arguments[0]?.kind !== 'string') return undefined;
    const rest = call.arguments.slice(1).map((_, i) => `, __${i + 1}`);
    return `({ static const char __bcc_format[] = __0; (int)bpf_trace_printk(__bcc_format, sizeof(__bcc_format)${rest.join('')}); })`;
  },
  bpf_usdt_readarg: (call, place): string => {
    const own = ownReader(call, place);
    if (own) return `((void)(__0), ${own}(__1, __2, sizeof(*(__2))))`;
    return `({ long __bcc_value = 0; int __bcc_result = bpf_usdt_arg(__1, (__0) - 1, &__bcc_value);
      *(__2) = (typeof(*(__2)))__bcc_value; __bcc_result; })`;
  },
  bpf_usdt_readarg_p: (call, place): string => {
    const own = ownReader(call, place);
    if (own)
      return `({ u64 __bcc_value = __0; ${own}(__1, &__bcc_value, sizeof(__bcc_value)); (int)bpf_probe_read_user(__2, __3, (void *)__bcc_value); })`;
    return `({ long __bcc_value = 0; int __bcc_result = bpf_usdt_arg(__1, (__0) - 1, &__bcc_value);
      __bcc_result ? __bcc_result : (int)bpf_probe_read_user(__2, __3, (void *)__bcc_value); })`;
  },
  incr_cksum_l3: (_call, { context }): string => `bpf_l3_csum_replace_(${context}, (u64)(__0), __1, __2, sizeof(__2))`,
  incr_cksum_l4: (_call, { context }): string =>
    `bpf_l4_csum_replace_(${context}, (u64)(__0), __1, __2, ((__3) & 0x10) | sizeof(__2))`,
};

/** Texts that passed through BCC's Python bring a function for every argument of every probe. */
function ownReader({ arguments: [number] }: Call, place: CallPlace): string | undefined {
  if (number?.kind !== 'integer') return undefined;
  const name = `_bpf_readarg_${place.function}_${number.value}`;
  return place.defines(name) ? name : undefined;
}
