// What the kernel verifier's messages mean, in plain words: one row per message, the first that matches counts.
// Source: the texts of kernel/bpf/verifier.c, 5.10 to 6.18.

/** What a row's text may refer to. */
export interface ReasonContext {
  /** Name of the program's type, as in `xdp`. */
  readonly programType: string;
  /** Licence of the object. */
  readonly license: string;
}

interface ReasonRow {
  readonly pattern: RegExp;
  readonly say: (match: RegExpExecArray, context: ReasonContext) => string;
}

/** Kinds of value, as the verifier names them, in words. */
const kinds: Readonly<Record<string, string>> = {
  scalar: 'a number, not a pointer',
  inv: 'a number, not a pointer',
  ctx: 'the context',
  fp: 'a pointer to the stack',
  pkt_end: 'the end of the packet',
  mem: 'a pointer to memory',
};

function kind(name: string): string {
  return kinds[name] ?? `of kind "${name}"`;
}

const nullable = /_or_null/;

const rows: readonly ReasonRow[] = [
  {
    pattern: /^R0 !read_ok$/,
    say: () => 'the program can end, or use R0, without having set it (return a value on every path)',
  },
  { pattern: /^R(\d+) !read_ok$/, say: ([, r]) => `R${r} is read before anything was written to it` },
  {
    pattern: /^invalid access to packet, off=(-?\d+) size=(\d+), R\d+\(id=\d+,\s*off=-?\d+,\s*r=(\d+)\)/,
    say: ([, off, size, range]) =>
      `reads or writes ${size} bytes at packet offset ${off}, but only ${range} bytes are checked against data_end`,
  },
  {
    pattern: /^R(\d+) offset is outside of the packet/,
    say: () => 'packet access that no comparison with data_end covers',
  },
  {
    pattern: /^R(\d+) invalid mem access '([^']*_or_null)'/,
    say: ([, r, name]) =>
      `R${r} may be NULL (${(name ?? '').replace(nullable, '')}): compare the pointer with NULL before using it`,
  },
  {
    pattern: /^R(\d+) invalid mem access '([^']*)'/,
    say: ([, r, name]) => `R${r} is used as a pointer, but is ${kind(name ?? '')}`,
  },
  {
    pattern: /^R(\d+) pointer arithmetic on (\S+_or_null) prohibited/,
    say: ([, r]) => `R${r} may be NULL: compare the pointer with NULL before calculating with it`,
  },
  {
    pattern: /^Possibly NULL pointer passed to (?:helper|trusted) arg(\d+)/,
    say: ([, n]) => `argument ${Number(n) + 1} may be NULL: compare it with NULL before the call`,
  },
  {
    pattern: /^invalid access to map value, value_size=(\d+) off=(-?\d+) size=(\d+)/,
    say: ([, total, off, size]) => `access of ${size} bytes at offset ${off} of a map value that has ${total} bytes`,
  },
  {
    pattern: /^invalid access to memory, mem_size=(\d+) off=(-?\d+) size=(\d+)/,
    say: ([, total, off, size]) => `access of ${size} bytes at offset ${off} of memory that has ${total} bytes`,
  },
  {
    pattern: /^R(\d+) (?:max value is outside of the allowed memory range|unbounded memory access)/,
    say: ([, r]) => `the index or length in R${r} may be too large: limit it by a comparison before its use`,
  },
  {
    pattern: /^R(\d+) min value is (?:negative|outside of the allowed memory range)/,
    say: ([, r]) => `the index or length in R${r} may be negative: make it unsigned, or check that it is not below 0`,
  },
  {
    pattern: /^invalid (?:indirect )?(?:read|access) (?:from|to) stack (?:R\d+ )?off[= ](-?\d+)\+(\d+) size (\d+)/,
    say: ([, off, at, size]) =>
      `${size} bytes of the stack at ${off} are used, but byte ${at} of them was never written (initialise the variable, padding included)`,
  },
  {
    pattern:
      /^invalid (?:read|write|indirect access) (?:from|to) stack,? .*off=(-?\d+) size=(\d+)|^invalid stack (?:type .*)?off=(-?\d+)(?: access_size=| size=)(\d+)/,
    say: ([, a, b, c, d]) => stackOffset(Number(a ?? c), Number(b ?? d)),
  },
  {
    pattern: /^combined stack size of (\d+) calls is (\d+)\. Too large/,
    say: ([, calls, size]) =>
      `the stack of ${calls} nested functions needs ${size} bytes, but programs have 512: use a per-CPU map for large variables`,
  },
  {
    pattern: /^infinite loop detected at insn (\d+)/,
    say: () => 'a loop that never ends: nothing it tests changes between two rounds',
  },
  {
    pattern: /^back-edge from insn (\d+) to (\d+)/,
    say: () => 'a loop that this kernel cannot prove to end: use a constant bound, #pragma unroll, or bpf_loop()',
  },
  {
    pattern: /^BPF program is too large\. Processed (\d+) insn/,
    say: ([, n]) => `too complex: ${n} instructions were explored without reaching the end (is a loop unbounded?)`,
  },
  {
    pattern: /^The sequence of (\d+) jumps is too complex/,
    say: ([, n]) => `too complex: more than ${n} branches in a row (is a loop unbounded?)`,
  },
  {
    pattern: /^(?:program of this type cannot use helper|unknown func) (bpf_\w+)#\d+/,
    say: ([, name], { programType }) => `helper ${name} is not available to programs of type ${programType}`,
  },
  {
    pattern: /^(?:invalid|unknown) func (?:unknown#)?(\d+)/,
    say: ([, id], { programType }) => `this kernel has no helper number ${id} for programs of type ${programType}`,
  },
  {
    pattern: /^cannot call GPL[- ](?:restricted|only) function from (?:non-GPL compatible|proprietary) program/,
    say: (_, { license }) =>
      `this helper may be used by GPL-compatible programs only, and the licence is "${license}": char LICENSE[] SEC("license") = "GPL"`,
  },
  {
    pattern: /^(?:sleepable helper|helper call (?:might sleep|is not allowed) in|program must be sleepable)/,
    say: () => 'calls something that may sleep, which only sleepable programs may (a section name ending in .s)',
  },
  {
    pattern: /^(?:global|kernel) (?:func|function)s? (?:that may sleep|\w+ (?:may|might) sleep|\w+ is sleepable)/i,
    say: () => 'calls a function that may sleep where sleeping is not allowed',
  },
  {
    pattern: /^Unreleased reference id=(\d+) alloc_insn=(\d+)/,
    say: () => 'something that was acquired is not released on every path (socket, ring buffer record, kptr, ...)',
  },
  {
    pattern: /would lead to reference leak/,
    say: () => 'something that was acquired is not released on every path (socket, ring buffer record, kptr, ...)',
  },
  {
    pattern: /^invalid bpf_context access off=(-?\d+) size=(\d+)/,
    say: ([, off, size], { programType }) =>
      `the context of a program of type ${programType} cannot be accessed at offset ${off} with ${size} bytes`,
  },
  {
    pattern: /^dereference of modified ctx ptr/,
    say: () => 'the context pointer was calculated with: use it unchanged, with constant offsets',
  },
  { pattern: /^cannot write into (\S+)/, say: ([, what]) => `${what} is read-only for this program` },
  {
    pattern:
      /^At (?:program exit|subprogram exit|async callback exit) the register R0 (?:has|is) (.*?)(?: (?:should have been|but must be) (?:in )?(.*))?$/,
    say: ([, has, range]) =>
      `the return value ${returned(has ?? '')}${range ? `, but must be in ${range.replace(/\.$/, '')}` : ''}`,
  },
  { pattern: /^unreachable insn (\d+)/, say: ([, n]) => `instruction ${n} can never be reached` },
  { pattern: /^R0 leaks addr as return value/, say: () => 'returns a pointer: kernel addresses must not leak' },
  {
    pattern: /^R(\d+) leaks addr (?:into|to) (.*)/,
    say: ([, r, where]) => `R${r} holds a pointer that would leak into ${where}: kernel addresses must not leak`,
  },
  { pattern: /^div by zero|^BPF_(?:DIV|MOD).* by zero/i, say: () => 'division by the constant 0' },
  {
    pattern: /^misaligned (\S+) access off .* size (\d+)/,
    say: ([, what, size]) => `${what} access of ${size} bytes at an address that is not a multiple of ${size}`,
  },
  {
    pattern: /^R(\d+) pointer \+= pointer prohibited|^R(\d+) pointer (\S+) pointer prohibited/,
    say: () => 'two pointers cannot be added: subtract pointers of the same kind, or add a number',
  },
  {
    pattern: /^R(\d+) (?:bitwise operator|pointer arithmetic with) (\S+) (?:on pointer |operator )?prohibited/,
    say: ([, r, operator]) => `R${r} is a pointer, on which ${operator} is not allowed`,
  },
  {
    pattern: /^R(\d+) type=(\S+) expected=(.*)/,
    say: ([, r, is, wanted]) => `argument ${r} of the call is ${kind(is ?? '')}, but must be one of: ${wanted}`,
  },
  {
    pattern: /^math between (\S+) pointer and register with unbounded min value is not allowed/,
    say: ([, what]) => `a number without lower limit is added to a ${what} pointer: check its range first`,
  },
  {
    pattern: /^math between (\S+) pointer and (-?\d+) is not allowed/,
    say: ([, what, n]) => `${n} is added to a ${what} pointer, which is too much`,
  },
  { pattern: /^last insn is not an exit or jmp/, say: () => 'the program runs past its end' },
  {
    pattern: /^jump out of range from insn (\d+) to (\d+)/,
    say: ([, from, to]) => `the jump at ${from} goes to ${to}, outside the program`,
  },
  {
    pattern: /^unknown opcode ([0-9a-f]+)/,
    say: ([, code]) => `this kernel does not know opcode 0x${code}: compile for an older instruction set (-mcpu=v3)`,
  },
  {
    pattern: /^Tracing programs must provide btf_id/,
    say: () => 'the section does not say which kernel function to attach to',
  },
  { pattern: /^attach_btf_id (\d+) is not a function/, say: () => 'the attach target is not a function' },
  {
    pattern: /^FENTRY\/FEXIT program can only be attached to another program annotated with BTF/,
    say: () => 'the program to attach to has no BTF',
  },
  {
    pattern: /^calling kernel function (\S+) is not allowed/,
    say: ([, name], { programType }) => `kernel function ${name} is not available to programs of type ${programType}`,
  },
  {
    pattern: /^(?:function calls are not allowed|.*calls? .* not allowed) while holding a lock/,
    say: () => 'calls a function while holding a spin lock',
  },
  {
    pattern: /^tail_call is only allowed in functions that return 'int'/,
    say: () => 'tail calls are only possible in functions that return int',
  },
  { pattern: /^loop is not bounded/, say: () => 'the number of rounds of a loop has no upper limit' },
  { pattern: /^(?:the )?call stack of \d+ frames is too deep/, say: () => 'more than 8 functions are nested' },
  { pattern: /^missing btf func_info/, say: () => 'function information is missing: compile with -g' },
];

function stackOffset(offset: number, size: number): string {
  if (offset < -512) {
    return `the stack has 512 bytes, and byte ${-offset} of it is used: keep large variables in a per-CPU map`;
  }
  return `access of ${size} bytes at stack offset ${offset}, which is outside the stack or was never written`;
}

function returned(has: string): string {
  const value = /value \((0x[0-9a-f]+);|smin=(-?\d+) smax=(-?\d+)|(?:unknown scalar value)/.exec(has);
  if (value?.[1]) return `is ${Number(value[1])}`;
  if (value?.[2]) return value[2] === value[3] ? `is ${value[2]}` : `can be anything from ${value[2]} to ${value[3]}`;
  return /unknown/.test(has) ? 'can be anything' : `is ${has.trim()}`;
}

/** The message in plain words; undefined for one that no row knows. */
export function explainReason(message: string, context: ReasonContext): string | undefined {
  for (const { pattern, say } of rows) {
    const match = pattern.exec(message);
    if (match) return say(match, context);
  }
  return undefined;
}
