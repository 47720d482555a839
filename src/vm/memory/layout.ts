// Where things are in the machine's address space. BPF addresses are offsets into one WebAssembly.Memory, so that
// 32-bit context fields (`xdp_md.data`) hold whole pointers, and both engines see the same bytes.

/** Below this address nothing is ever given to a program: a null pointer plus a field's offset faults. */
export const FIRST_ADDRESS = 0x1_0000;

/** Bytes of no access before and after every region. */
export const RED_ZONE = 64;

/** The part of the lowest page through which engines and helpers exchange values; programs cannot reach it in checked mode. */
export const control = {
  /** r0 to r5 of a helper call, and a program's result: six 64-bit values. */
  arguments: 0x100,
  /** r0 to r10 when a program stopped. */
  registers: 0x140,
  /** The address of a bad access. */
  faultAddress: 0x1a0,
  /** Slot and kind of the fault (see {@link faultKinds}). */
  faultPlace: 0x1a8,
  /** Instructions left when the program returned. */
  budgetLeft: 0x1b0,
  /** Tail calls made so far in this run. */
  tailCalls: 0x1b8,
  /** Number of the helper that a call by register names. */
  scratch: 0x1c0,
  /** Number of the CPU the program runs on. */
  cpu: 0x1c8,
} as const;

/** Kinds of fault as compiled code reports them, in the bits above the slot number. */
export const faultKinds = ['bad-read', 'bad-write', 'budget', 'call-depth', 'bad-call'] as const;

/** Shift of the kind in `control.faultPlace`. */
export const FAULT_KIND_SHIFT = 24;

/** Stack of one frame, as the kernel has it. */
export const FRAME_SIZE = 512;

/** Distance of two frames: the frame and a gap that no program may touch. */
export const FRAME_STRIDE = FRAME_SIZE + RED_ZONE;

/** Frames that may be active at once, the program's own included (`MAX_CALL_FRAMES`). */
export const MAX_CALL_FRAMES = 8;

/** Tail calls in one run (`MAX_TAIL_CALL_CNT`). */
export const MAX_TAIL_CALLS = 33;

/** Iterations may_goto allows per frame (`BPF_MAX_LOOPS`). */
export const MAX_MAY_GOTO = 8 * 1024 * 1024;

/** Maps, functions and kernel objects are handles: addresses that no memory backs. */
export const HANDLE_BASE = 0xf000_0000;

/** Distance of two map handles. */
export const HANDLE_STEP = 16;

/** Handles of functions (callbacks): base plus the slot in the machine's function table. */
export const FUNCTION_BASE = 0xe000_0000;
