// Registers of converted programs, as the kernel's own conversion assigns them.

/** Accumulator. */
export const A = 0;
/** Index register. */
export const X = 7;
/** Start of the packet, where it is accessed directly. */
export const DATA = 8;
/** End of the packet, or a saved accumulator where it is not. */
export const DATA_END = 9;
export const SAVED = 9;
/** The context. Packet loads of the socket filter kind expect it in this register. */
export const CONTEXT = 6;
/** What a lookup in a map found. */
export const FOUND = 1;
/** Frame pointer. */
export const FRAME = 10;
