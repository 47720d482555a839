// Writes WebAssembly code: opcodes and LEB128 numbers into a growing buffer (WebAssembly Core Specification 2.0, chapter 5).

/** Value types. */
export const valueType = { i32: 0x7f, i64: 0x7e, f64: 0x7c } as const;

/** Opcodes used; names are those of the specification with `_` for `.`. */
export const op = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Load: 0x28,
  i64Load: 0x29,
  i32Load8U: 0x2d,
  i32Load16U: 0x2f,
  i64Load8S: 0x30,
  i64Load8U: 0x31,
  i64Load16S: 0x32,
  i64Load16U: 0x33,
  i64Load32S: 0x34,
  i64Load32U: 0x35,
  i32Store: 0x36,
  i64Store: 0x37,
  i64Store8: 0x3c,
  i64Store16: 0x3d,
  i64Store32: 0x3e,
  i32Const: 0x41,
  i64Const: 0x42,
  f64Const: 0x44,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32Ne: 0x47,
  i32LtS: 0x48,
  i32LtU: 0x49,
  i32GtS: 0x4a,
  i32GtU: 0x4b,
  i32LeS: 0x4c,
  i32LeU: 0x4d,
  i32GeS: 0x4e,
  i32GeU: 0x4f,
  i64Eqz: 0x50,
  i64Eq: 0x51,
  i64Ne: 0x52,
  i64LtS: 0x53,
  i64LtU: 0x54,
  i64GtS: 0x55,
  i64GtU: 0x56,
  i64LeS: 0x57,
  i64LeU: 0x58,
  i64GeS: 0x59,
  i64GeU: 0x5a,
  f64Lt: 0x63,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32DivS: 0x6d,
  i32DivU: 0x6e,
  i32RemS: 0x6f,
  i32RemU: 0x70,
  i32And: 0x71,
  i32Or: 0x72,
  i32Xor: 0x73,
  i32Shl: 0x74,
  i32ShrS: 0x75,
  i32ShrU: 0x76,
  i32Rotl: 0x77,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64DivS: 0x7f,
  i64DivU: 0x80,
  i64RemS: 0x81,
  i64RemU: 0x82,
  i64And: 0x83,
  i64Or: 0x84,
  i64Xor: 0x85,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  i64ShrU: 0x88,
  i64Rotl: 0x89,
  i32WrapI64: 0xa7,
  i32TruncF64U: 0xab,
  i64ExtendI32U: 0xad,
  i64TruncF64U: 0xb1,
  i64Extend8S: 0xc2,
  i64Extend16S: 0xc3,
  i64Extend32S: 0xc4,
} as const;

/** Block without a value. */
export const VOID_BLOCK = 0x40;

/** Growing byte buffer with the encodings of Wasm. */
export class WasmCode {
  /** Added to the number of every local. */
  firstLocal = 0;
  #bytes: Uint8Array;
  length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** The bytes written so far (a view). */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #room(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  byte(value: number): this {
    this.#room(1);
    this.#bytes[this.length++] = value;
    return this;
  }

  /** Up to four opcodes without operands (a rest parameter would make garbage for each). */
  ops(first: number, second = -1, third = -1, fourth = -1): this {
    this.byte(first);
    if (second >= 0) this.byte(second);
    if (third >= 0) this.byte(third);
    if (fourth >= 0) this.byte(fourth);
    return this;
  }

  /** Several bytes. */
  all(values: readonly number[]): this {
    for (const value of values) this.byte(value);
    return this;
  }

  append(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  /** Unsigned LEB128 of up to 32 bits. */
  unsigned(value: number): this {
    this.#room(5);
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.#bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.length++] = rest;
    return this;
  }

  /** Signed LEB128 of 32 bits. */
  signed(value: number): this {
    this.#room(5);
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.#bytes[this.length++] = low;
        return this;
      }
      this.#bytes[this.length++] = low | 0x80;
    }
  }

  /** Signed LEB128 of 64 bits in halves. */
  #signedWide(low: number, high: number): void {
    this.#room(10);
    let restLow = low;
    let restHigh = high;
    for (;;) {
      const group = restLow & 0x7f;
      restLow = (restLow >>> 7) | (restHigh << 25);
      restHigh >>= 7;
      const isZero = restLow === 0 && restHigh === 0 && (group & 0x40) === 0;
      if (isZero || (restLow === -1 && restHigh === -1 && (group & 0x40) !== 0)) {
        this.#bytes[this.length++] = group;
        return;
      }
      this.#bytes[this.length++] = group | 0x80;
    }
  }

  i32(value: number): this {
    return this.byte(op.i32Const).signed(value);
  }

  /** 64-bit constant from its halves. */
  i64(low: number, high: number = low < 0 ? -1 : 0): this {
    this.byte(op.i64Const);
    if (high === (low | 0) >> 31) return this.signed(low);
    this.#signedWide(low | 0, high | 0);
    return this;
  }

  get(local: number): this {
    return this.byte(op.localGet).unsigned(this.firstLocal + local);
  }

  set(local: number): this {
    return this.byte(op.localSet).unsigned(this.firstLocal + local);
  }

  tee(local: number): this {
    return this.byte(op.localTee).unsigned(this.firstLocal + local);
  }

  globalGet(index: number): this {
    return this.byte(op.globalGet).unsigned(index);
  }

  globalSet(index: number): this {
    return this.byte(op.globalSet).unsigned(index);
  }

  /** A load or store with its immediate offset; alignment is only a hint and left at a byte. */
  memory(opcode: number, offset: number): this {
    return this.byte(opcode).byte(0).unsigned(offset);
  }

  call(index: number): this {
    return this.byte(op.call).unsigned(index);
  }

  br(depth: number): this {
    return this.byte(op.br).unsigned(depth);
  }

  brIf(depth: number): this {
    return this.byte(op.brIf).unsigned(depth);
  }

  block(type: number = VOID_BLOCK): this {
    return this.byte(op.block).byte(type);
  }

  loop(): this {
    return this.byte(op.loop).byte(VOID_BLOCK);
  }

  if(type: number = VOID_BLOCK): this {
    return this.byte(op.if).byte(type);
  }

  else(): this {
    return this.byte(op.else);
  }

  end(): this {
    return this.byte(op.end);
  }

  /** memory.fill: address, value and size are on the stack. */
  memoryFill(): this {
    return this.byte(0xfc).unsigned(11).byte(0);
  }

  /** memory.copy: destination, source and size are on the stack. */
  memoryCopy(): this {
    return this.byte(0xfc).unsigned(10).byte(0).byte(0);
  }
}
