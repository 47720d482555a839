// Reads packets out of the ring shared with the kernel (TPACKET_V3).
// Source: Documentation/networking/packet_mmap.rst and include/uapi/linux/if_packet.h (v6.18).

//   block:  | version:32 | private:32 | status:32 | packets:32 | first:32 | length:32 | ...
//   packet: | next:32 | sec:32 | nsec:32 | captured:32 | length:32 | status:32 | mac:16 | net:16 |
//           | hash:32 | vlan tag:32 | vlan protocol:16 | ... 48 | struct sockaddr_ll

const block = { status: 8, packets: 12, first: 16 } as const;
const statusKernel = 0;
const statusUser = 1;
const flags = { vlanValid: 1 << 4, vlanProtocolValid: 1 << 6 } as const;
const usualVlanProtocol = 0x8100;
/** The address behind the packet's header, `sll_pkttype` in it, and PACKET_OUTGOING. */
const address = { at: 48, type: 10, outgoing: 4 } as const;
const macAddresses = 12;
const vlanTagBytes = 4;

/** One packet in the ring; the object and the bytes are used again for the next. */
export interface RingPacket {
  /** The block it lies in. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  start: number;
  /** Where the struct sockaddr_ll is that tells where it was seen. */
  address: number;
  /** Bytes captured, without a VLAN tag that the kernel keeps beside the packet. */
  captured: number;
  /** Bytes on the wire, without that tag. */
  length: number;
  seconds: number;
  nanoseconds: number;
  /** The tag kept beside the packet, protocol and value in one word; 0 for none. */
  vlan: number;
  /** Whether this machine sent it. */
  isOutgoing: boolean;
}

/** Takes a packet; false: no more for now. */
export type PacketSink = (packet: RingPacket) => boolean;

/** The consumer's side of the ring. */
export class PacketRing {
  readonly #blocks: readonly DataView[];
  readonly #statuses: readonly Int32Array[];
  readonly #packet: RingPacket[];
  #current = 0;
  /** Where to go on in the current block, and how many packets are left in it; 0: at its start. */
  #at = 0;
  #left = 0;
  #taken = 0;

  constructor(memory: Uint8Array<ArrayBuffer>, blockBytes: number) {
    const count = Math.floor(memory.byteLength / blockBytes);
    const parts = Array.from({ length: count }, (_, index) =>
      memory.subarray(index * blockBytes, (index + 1) * blockBytes),
    );
    this.#blocks = parts.map((part) => new DataView(part.buffer, part.byteOffset, part.byteLength));
    this.#statuses = parts.map((part) => new Int32Array(part.buffer, part.byteOffset + block.status, 1));
    this.#packet = parts.map((bytes, index) => ({
      bytes,
      view: this.#blocks[index] as DataView,
      start: 0,
      address: 0,
      captured: 0,
      length: 0,
      seconds: 0,
      nanoseconds: 0,
      vlan: 0,
      isOutgoing: false,
    }));
  }

  /** Whether a block has been handed over. */
  get isReady(): boolean {
    return this.#left > 0 || this.#isHandedOver(this.#current);
  }

  /** How many packets have been handed over so far, those that were taken out too. */
  get handedOver(): number {
    let count = this.#taken + this.#left;
    for (let ahead = this.#left > 0 ? 1 : 0; ahead < this.#blocks.length; ahead++) {
      const index = (this.#current + ahead) % this.#blocks.length;
      if (!this.#isHandedOver(index)) break;
      count += this.#blocks[index]?.getUint32(block.packets, true) ?? 0;
    }
    return count;
  }

  /** Gives the sink every packet of the blocks handed over; returns how many. Whole blocks go back to the kernel. */
  drain(sink: PacketSink): number {
    let count = 0;
    while (this.isReady) {
      const { taken, isStopped } = this.#drainBlock(sink);
      count += taken;
      if (isStopped) break;
    }
    return count;
  }

  #isHandedOver(index: number): boolean {
    const status = this.#statuses[index];
    // An acquire: what the kernel wrote before is seen after.
    return status !== undefined && (Atomics.load(status, 0) & statusUser) !== 0;
  }

  #drainBlock(sink: PacketSink): { taken: number; isStopped: boolean } {
    const view = this.#blocks[this.#current] as DataView;
    if (this.#left === 0) {
      this.#left = view.getUint32(block.packets, true);
      this.#at = view.getUint32(block.first, true);
    }
    const packet = this.#packet[this.#current] as RingPacket;
    let taken = 0;
    let isStopped = false;
    while (this.#left > 0 && !isStopped) {
      readPacket(view, this.#at, packet);
      this.#at += view.getUint32(this.#at, true);
      this.#left--;
      taken++;
      isStopped = !sink(packet);
    }
    this.#taken += taken;
    if (this.#left === 0) this.#release();
    return { taken, isStopped };
  }

  #release(): void {
    Atomics.store(this.#statuses[this.#current] as Int32Array, 0, statusKernel);
    this.#current = (this.#current + 1) % this.#blocks.length;
  }
}

function readPacket(view: DataView, at: number, packet: RingPacket): void {
  packet.seconds = view.getUint32(at + 4, true);
  packet.nanoseconds = view.getUint32(at + 8, true);
  packet.captured = view.getUint32(at + 12, true);
  packet.length = view.getUint32(at + 16, true);
  const status = view.getUint32(at + 20, true);
  packet.start = at + view.getUint16(at + 24, true);
  packet.address = at + address.at;
  packet.isOutgoing = view.getUint8(packet.address + address.type) === address.outgoing;
  const tag = view.getUint32(at + 32, true);
  if (tag === 0 && (status & flags.vlanValid) === 0) {
    packet.vlan = 0;
    return;
  }
  const isProtocolKnown = (status & flags.vlanProtocolValid) !== 0;
  const protocol = isProtocolKnown ? view.getUint16(at + 36, true) : usualVlanProtocol;
  packet.vlan = ((protocol << 16) | (tag & 0xffff)) >>> 0;
}

/** Bytes that {@link copyPacket} writes at most: the packet, its VLAN tag put back. */
export function packetBytes({ captured, vlan }: RingPacket): number {
  return vlan !== 0 && captured >= macAddresses ? captured + vlanTagBytes : captured;
}

/** Copies a packet with its VLAN tag where it was on the wire. */
export function copyPacket({ bytes, start, captured, vlan }: RingPacket, target: Uint8Array, at: number): void {
  if (vlan === 0 || captured < macAddresses) {
    target.set(bytes.subarray(start, start + captured), at);
    return;
  }
  target.set(bytes.subarray(start, start + macAddresses), at);
  new DataView(target.buffer, target.byteOffset).setUint32(at + macAddresses, vlan, false);
  target.set(bytes.subarray(start + macAddresses, start + captured), at + macAddresses + vlanTagBytes);
}
