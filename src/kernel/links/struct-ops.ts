// struct_ops: what is attached is the map that holds the table of functions, not one program; its programs share the link.

import { UsageError } from '../../base/index.ts';
import { bpf, tryBpf } from '../../sys/index.ts';
import type { LoadedMap } from '../types.ts';
import { type Attach, createLink, KernelLink } from './link.ts';

const attachTypeStructOps = 44; // BPF_STRUCT_OPS
const flagLink = 0x2000; // BPF_F_LINK
const onlyKey = new Uint8Array(4);

/** A registered table, and how many links stand for it. */
interface Registration {
  users: number;
  readonly release: () => void;
}

const registrations = new WeakMap<LoadedMap, Registration>();

/**
 * Registers the table with the kernel. Attaching a further function of the same table gives another link to the same registration,
 * which ends with the last of them. Since Linux 5.6; tables in `.struct_ops.link` since 6.4.
 */
export const attachStructOps: Attach<'struct-ops'> = (program, target) => {
  const map = program.maps.get(target.map);
  if (!map) throw new UsageError(`there is no map "${target.map}" beside program "${program.spec.name}"`);
  const registration = registrations.get(map) ?? register(map, target.map);
  registrations.set(map, registration);
  registration.users++;
  const leave = (): void => {
    registration.users--;
    if (registration.users > 0) return;
    registrations.delete(map);
    registration.release();
  };
  return new KernelLink(target, { others: [{ [Symbol.dispose]: leave }] });
};

function register(map: LoadedMap, name: string): Registration {
  const label = `attach struct_ops map "${name}"`;
  const fd = map.fd.number;
  if (map.structOpsValue) {
    bpf('BPF_MAP_UPDATE_ELEM', { map_fd: fd, key: onlyKey, value: map.structOpsValue }, label);
  }
  if ((map.spec.flags & flagLink) === 0) {
    // Writing the value has registered it, and only deleting it takes it back: by a descriptor of its own, since the map may be
    // closed before the link.
    const own = map.fd.duplicate(label);
    const release = (): void => {
      tryBpf('BPF_MAP_DELETE_ELEM', { map_fd: own.number, key: onlyKey });
      own.close();
    };
    return { users: 0, release };
  }
  const link = createLink('plain', { map_fd: fd, attach_type: attachTypeStructOps }, label, {
    name: 'struct_ops links',
    since: '6.4',
  });
  return { users: 0, release: (): void => link.close() };
}
