// struct_ops: the link is to the map that holds the structure, not to one program.

import { UsageError } from '../../base/index.ts';
import { type Attach, createLink, KernelLink } from './link.ts';

const attachTypeStructOps = 44; // BPF_STRUCT_OPS

/** Since Linux 6.3, for maps with the flag BPF_F_LINK whose value has been written. */
export const attachStructOps: Attach<'struct-ops'> = (program, target) => {
  const map = program.maps.get(target.map);
  if (!map) throw new UsageError(`there is no map "${target.map}" beside program "${program.spec.name}"`);
  const label = `attach struct_ops map "${target.map}"`;
  const bpfLink = createLink('plain', { map_fd: map.fd.number, attach_type: attachTypeStructOps }, label, {
    name: 'struct_ops links',
    since: '6.3',
  });
  return new KernelLink(target, { bpfLink });
};
