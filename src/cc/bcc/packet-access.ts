// Fields of packet headers (structs with BCC's packet attribute): loads and stores by offset in the packet.

import { constantNode, convert } from '../check/conversions.ts';
import { pointee, sizeOf, unqualified, unsignedLongLongType, voidType } from '../check/ctypes.ts';
import type { CType, FunctionSymbol, Member, Place, RecordType, Typed } from '../check/types.ts';
import type { TreeNode } from './typed-tree.ts';

const mark = 'bcc:packet';

type PacketPlace = Place & { readonly kind: 'member' };

function isPacket(place: Place): place is PacketPlace {
  if (place.kind !== 'member' || place.object.kind !== 'dereference') return false;
  return isPacketRecord(place.record);
}

/** Position of a field in bits from the start of its header, the first bit on the wire being 0. */
function wirePosition(record: RecordType, member: Member): { readonly bit: number; readonly size: number } {
  let bit = 0;
  for (const other of record.layout?.members ?? []) {
    const size = other.bits?.size ?? (sizeOf(other.type) ?? 0) * 8;
    if (other === member) return { bit, size };
    bit += size;
  }
  return { bit, size: 0 };
}

/** The functions that read and write bits of a packet: `bpf_dext_pkt`, `bpf_dins_pkt`. */
export interface PacketFunctions {
  readonly extract: FunctionSymbol;
  readonly insert: FunctionSymbol;
}

/** Where an access stands: the function, whose context is the packet, and what to call. */
export interface PacketUse {
  readonly within: FunctionSymbol;
  readonly functions: PacketFunctions;
}

/** What replaces a load or store of a packet field; undefined for any other node. */
export function packetAccess(node: TreeNode, use: PacketUse): Typed | undefined {
  if (node.kind === 'load' && isPacket(node.place)) {
    const call = packetCall(use.functions.extract, fieldArguments(node.place, use.within), unsignedLongLongType);
    return convert(call, unqualified(node.type));
  }
  if (node.kind !== 'assign' || !isPacket(node.target)) return undefined;
  const args = [...fieldArguments(node.target, use.within), convert(node.value, unsignedLongLongType)];
  return packetCall(use.functions.insert, args, voidType);
}

function packetCall(fn: FunctionSymbol, args: readonly Typed[], type: CType): Typed {
  fn.used = true;
  return {
    kind: 'call',
    callee: { kind: 'symbol', function: fn },
    arguments: args,
    type,
    span: (args[0] as Typed).span,
  };
}

/** The packet, offset in bytes, first bit, number of bits. */
function fieldArguments(place: PacketPlace, fn: FunctionSymbol): Typed[] {
  const { span } = place;
  const word = unsignedLongLongType;
  const { bit, size } = wirePosition(place.record, place.member);
  const cursor = (place.object as Place & { readonly kind: 'dereference' }).pointer;
  const start: Typed = {
    kind: 'arithmetic',
    op: '+',
    left: convert(cursor, word),
    right: constantNode(word, bit >> 3, span),
    type: word,
    span,
  };
  const context = fn.parameters.find((parameter) => {
    const record = pointee(parameter.type)?.canonical;
    return record?.kind === 'record' && record.tag === '__sk_buff';
  });
  const skb: Typed = context
    ? {
        kind: 'load',
        place: { kind: 'variable', variable: context, type: context.type, span },
        type: context.type,
        span,
      }
    : constantNode(word, 0n, span);
  return [skb, start, constantNode(word, bit & 7, span), constantNode(word, size, span)];
}

/** Is this a packet header? */
export function isPacketRecord(record: RecordType): boolean {
  return record.declTags.includes(mark);
}
