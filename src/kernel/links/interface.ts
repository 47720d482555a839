// Network interfaces: XDP, tcx and netkit.

import { UsageError } from '../../base/index.ts';
import { addressFamilies, openSocket, socketTypes, systemCalls } from '../../sys/index.ts';
import { type Attach, attachLabel, createLink, KernelLink } from './link.ts';

/** Attach type and first release of each hook. */
const hooks = {
  xdp: { attachType: 37, name: 'XDP links', since: '5.9' },
  'tcx-ingress': { attachType: 46, name: 'tcx', since: '6.6' },
  'tcx-egress': { attachType: 47, name: 'tcx', since: '6.6' },
  'netkit-primary': { attachType: 54, name: 'netkit', since: '6.7' },
  'netkit-peer': { attachType: 55, name: 'netkit', since: '6.7' },
} as const;
const getInterfaceIndex = 0x8933; // SIOCGIFINDEX
const nameBytes = 16; // IFNAMSIZ
const requestBytes = 40; // struct ifreq

/** XDP since Linux 5.9, tcx 6.6, netkit 6.7. */
export const attachInterface: Attach<'interface'> = (program, target) => {
  const label = attachLabel(program, `${target.hook} of ${target.interface}`);
  const hook = Object.hasOwn(hooks, target.hook) ? hooks[target.hook] : undefined;
  if (!hook) throw new UsageError(`interfaces have no hook ${target.hook}`);
  const attribute = {
    prog_fd: program.fd.number,
    target_ifindex: interfaceIndex(target.interface),
    attach_type: hook.attachType,
  };
  return new KernelLink(target, { bpfLink: createLink('plain', attribute, label, hook) });
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
