// The largest packets and blocks believed: beyond these a length field is damage, not data.
// Source: max_snaplen_for_dlt and sf-pcapng.c of libpcap 1.10.

const MIB = 1 << 20;
const usualMaximum = 262144;
/** By LINKTYPE_: USB_LINUX, USB_LINUX_MMAPPED, DBUS, USBPCAP, EBHSCR. */
const largerMaxima: ReadonlyMap<number, number> = new Map([
  [189, 128 * MIB],
  [220, 128 * MIB],
  [231, 128 * MIB],
  [249, 128 * MIB],
  [279, 8 * MIB],
]);

/** Most bytes that a packet of this link type may have captured. */
export function maxCapturedBytes(linkType: number): number {
  return largerMaxima.get(linkType) ?? usualMaximum;
}

/** Largest pcapng block before any interface with larger packets is known. */
export const usualMaxBlockBytes: number = 16 * MIB;

/** Largest pcapng block of a section with an interface of this link type: its largest packet, and options. */
export function maxBlockBytes(linkType: number): number {
  return Math.max(usualMaxBlockBytes, maxCapturedBytes(linkType) + 131072);
}
