// Numbers of the ELF format that readers and writers name.
// Source: System V ABI; Linux include/uapi/linux/elf.h (v6.18); EM_BPF relocations from LLVM's BPF.def.

/** `sh_type`. */
export const sectionType = {
  null: 0,
  progbits: 1,
  symtab: 2,
  strtab: 3,
  rela: 4,
  note: 7,
  nobits: 8,
  rel: 9,
  dynsym: 11,
  group: 17,
  symtabShndx: 18,
  llvmAddrsig: 0x6fff4c03,
} as const;

/** `sh_flags`. */
export const sectionFlag = {
  write: 0x1,
  alloc: 0x2,
  execInstr: 0x4,
  merge: 0x10,
  strings: 0x20,
  infoLink: 0x40,
  group: 0x200,
  tls: 0x400,
  compressed: 0x800,
} as const;

/** `e_type`. */
export const fileType = { relocatable: 1, executable: 2, sharedObject: 3, core: 4 } as const;

/** `e_machine`, of those that matter here. */
export const machine = { none: 0, i386: 3, arm: 40, x8664: 62, aarch64: 183, riscv: 243, bpf: 247 } as const;

/** Relocations of EM_BPF. */
export const bpfRelocation = {
  none: 0,
  /** 64-bit immediate of `lddw`. */
  imm64: 1,
  /** 64-bit data. */
  abs64: 2,
  /** 32-bit data. */
  abs32: 3,
  /** 32-bit data that needs no relocation at load time (.BTF, .BTF.ext). */
  nodyld32: 4,
  /** 32-bit immediate of `call`. */
  imm32: 10,
} as const;

/** `p_type`. */
export const segmentType = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;

/** Section numbers at and above this are special. */
export const reservedIndex = { undefined: 0, low: 0xff00, absolute: 0xfff1, common: 0xfff2, extended: 0xffff } as const;

/** `STT_*`, by number. */
export const symbolTypes = ['none', 'object', 'function', 'section', 'file', 'common', 'tls'] as const;

/** `STB_*`, by number. */
export const symbolBindings = ['local', 'global', 'weak'] as const;

/** `STV_*`, by number. */
export const symbolVisibilities = ['default', 'internal', 'hidden', 'protected'] as const;
