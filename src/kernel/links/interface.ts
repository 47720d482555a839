// Network interfaces: XDP, tcx and netkit.

import { UsageError } from '../../base/index.ts';
import { addressFamilies, linkCreate, openSocket, socketTypes, systemCalls } from '../../sys/index.ts';
import { type Attach, attachLabel, KernelLink } from './link.ts';

const attachTypes = { xdp: 37, 'tcx-ingress': 46, 'tcx-egress': 47, 'netkit-primary': 54, 'netkit-peer': 55 } as const;
const getInterfaceIndex = 0x8933; // SIOCGIFINDEX
const nameBytes = 16; // IFNAMSIZ
const requestBytes = 40; // struct ifreq

/** XDP since Linux 5.9, tcx 6.6, netkit 6.7. */
export const attachInterface: Attach<'interface'> = (program, target) => {
  const label = attachLabel(program, `${target.hook} of ${target.interface}`);
  const attribute = {
    prog_fd: program.fd.number,
    target_ifindex: interfaceIndex(target.interface),
    attach_type: attachTypes[target.hook],
  };
  return new KernelLink(target, { bpfLink: linkCreate('plain', attribute, label) });
};

/** Number of an interface of this network namespace, by name or number. @throws UsageError when there is none. */
export function interfaceIndex(name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  const encoded = new TextEncoder().encode(name);
  const request = new Uint8Array(requestBytes);
  if (encoded.byteLength < nameBytes) request.set(encoded);
  using socket = openSocket(addressFamilies.inet, socketTypes.datagram, 0, 'socket');
  const result = systemCalls().call('ioctl', socket.number, getInterfaceIndex, request);
  if (result < 0 || encoded.byteLength >= nameBytes || name === '') {
    throw new UsageError(`there is no network interface ${name}`, { hint: 'see ip link' });
  }
  return new DataView(request.buffer).getInt32(nameBytes, true);
}
