// The loop along a chain of extension headers. It jumps backwards: no kernel takes it, the interpreter in user space does.

import type { Protochain } from '../ir/formula.ts';
import {
  ALU,
  aluBits,
  BY_X,
  JA,
  JEQ_K,
  LD_B_ABS,
  LD_B_IND,
  LD_MEM,
  LDX_IMM,
  LDX_MSH,
  ST,
  TAX,
  TXA,
} from './opcodes.ts';

/** An instruction with jumps as distances from the next one. */
export type RawInstruction = readonly [code: number, jt: number, jf: number, k: number];

const ADD_K = ALU | aluBits.add;
const MUL_K = ALU | aluBits.mul;
const NO_NEXT_HEADER = 59;
const AUTHENTICATION = 51;
const FRAGMENT = 44;
// Hop-by-hop options, destination options, routing: length in units of eight bytes.
const optionHeaders = [0, 60, 43];

const backwards = (distance: number): number => -distance >>> 0;

/** Authentication header: its length counts words. As in libpcap, X becomes that length instead of growing by it. */
function authenticationStep(offset: number, word: number): RawInstruction[] {
  return [
    [TXA, 0, 0, 0],
    [LD_B_IND, 0, 0, offset],
    [ST, 0, 0, word],
    [TXA, 0, 0, 0],
    [ADD_K, 0, 0, 1],
    [TAX, 0, 0, 0],
    [LD_B_IND, 0, 0, offset],
    [ADD_K, 0, 0, 2],
    [MUL_K, 0, 0, 4],
    [TAX, 0, 0, 0],
    [LD_MEM, 0, 0, word],
  ];
}

function ipv4Chain({ protocol, offset }: Protochain, word: number): RawInstruction[] {
  return [
    [LD_B_ABS, 0, 0, offset + 9],
    [LDX_MSH, 0, 0, offset],
    [JEQ_K, 15, 0, protocol],
    [JEQ_K, 14, 0, NO_NEXT_HEADER],
    [ADD_K, 0, 0, 0],
    [JEQ_K, 0, 12, AUTHENTICATION],
    ...authenticationStep(offset, word),
    [JA, 0, 0, backwards(16)],
    [ADD_K, 0, 0, 0],
  ];
}

function ipv6Chain({ protocol, offset }: Protochain, word: number): RawInstruction[] {
  return [
    [LD_B_ABS, 0, 0, offset + 6],
    [LDX_IMM, 0, 0, 40],
    [JEQ_K, 27, 0, protocol],
    [JEQ_K, 26, 0, NO_NEXT_HEADER],
    ...optionHeaders.map((header, index): RawInstruction => [JEQ_K, 3 - index, 0, header]),
    [JEQ_K, 0, 9, FRAGMENT],
    [LD_B_IND, 0, 0, offset],
    [ST, 0, 0, word],
    [LD_B_IND, 0, 0, offset + 1],
    [ADD_K, 0, 0, 1],
    [MUL_K, 0, 0, 8],
    [ADD_K | BY_X, 0, 0, 0],
    [TAX, 0, 0, 0],
    [LD_MEM, 0, 0, word],
    [JA, 0, 0, backwards(15)],
    [JEQ_K, 0, 12, AUTHENTICATION],
    ...authenticationStep(offset, word),
    [JA, 0, 0, backwards(28)],
    [ADD_K, 0, 0, 0],
  ];
}

/** Code that leaves in A the last header of the chain; the test for the protocol follows it. */
export function chainCode(chain: Protochain, word: number): RawInstruction[] {
  return chain.version === 4 ? ipv4Chain(chain, word) : ipv6Chain(chain, word);
}
