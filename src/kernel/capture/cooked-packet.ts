// Packets of all interfaces (`any`): the kernel gives them without their link headers, which differ; a header that tells interface,
// direction and address takes their place (LINKTYPE_LINUX_SLL2, https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html).

import { ancillaryLoads, type ClassicInstruction, classicRowOf, specialOffsets } from '../../isa/index.ts';
import type { RingPacket } from './packet-ring.ts';

//   | protocol:16 | 0:16 | interface:32 | hardware type:16 | packet type:8 | address length:8 | address:64 |

/** LINKTYPE_ value. */
export const cookedLinkType = 276;
/** Bytes of the header. */
export const cookedHeaderBytes = 20;

/** Offsets in struct sockaddr_ll; the protocol in network order, the others in host order. */
const address = { protocol: 2, interface: 4, hardware: 8, type: 10, length: 11, bytes: 12, size: 20 } as const;

/** Index of the interface a packet was seen on. */
export function interfaceOf({ view, address: at }: RingPacket): number {
  return view.getInt32(at + address.interface, true);
}

/** Copies a packet behind the header that tells of it. */
export function copyCookedPacket(packet: RingPacket, target: Uint8Array, at: number): void {
  const { bytes, view, start, captured, address: from } = packet;
  const header = new DataView(target.buffer, target.byteOffset + at, cookedHeaderBytes);
  header.setUint16(0, view.getUint16(from + address.protocol));
  header.setUint16(2, 0);
  header.setInt32(4, interfaceOf(packet));
  header.setUint16(8, view.getUint16(from + address.hardware, true));
  header.setUint8(10, view.getUint8(from + address.type));
  header.setUint8(11, view.getUint8(from + address.length));
  target.set(bytes.subarray(from + address.bytes, from + address.size), at + 12);
  target.set(bytes.subarray(start, start + captured), at + cookedHeaderBytes);
}

/** What the kernel knows of a packet in place of the header's fields: name of the ancillary load, by offset and size. */
const headerLoads: ReadonlyMap<string, string> = new Map([
  ['0 load-16', 'protocol'],
  ['4 load-32', 'ifindex'],
  ['10 load-8', 'pkttype'],
]);

/**
 * The program as the kernel has to run it, where packets begin behind the header; undefined when it looks at something of the
 * header, or the length, that the kernel does not tell the same way.
 */
export function programWithoutHeader(program: readonly ClassicInstruction[]): ClassicInstruction[] | undefined {
  const moved = program.map((instruction) => withoutHeader(instruction));
  return moved.includes(undefined) ? undefined : (moved as ClassicInstruction[]);
}

function withoutHeader(instruction: ClassicInstruction): ClassicInstruction | undefined {
  const { form, operation } = classicRowOf(instruction.code) ?? {};
  const { k } = instruction;
  if (form === 'length') return undefined;
  // Those that are cut keep as many bytes in all; 0 would reject.
  if (operation === 'return' && form !== 'accumulator')
    return { ...instruction, k: k === 0 ? 0 : Math.max(1, k - cookedHeaderBytes) };
  if (form !== 'absolute' && form !== 'indirect' && form !== 'header-length') return instruction;
  if (k >= specialOffsets.linkLayer) return instruction;
  if (k >= cookedHeaderBytes) return { ...instruction, k: k - cookedHeaderBytes };
  const name = form === 'absolute' ? headerLoads.get(`${k} ${operation}`) : undefined;
  const load = ancillaryLoads.find((row) => row.name === name);
  // Ancillary values are words, whatever the size of the load.
  return load && { ...instruction, k: specialOffsets.ancillary + load.offset };
}
