// struct_ops maps: the object's table of functions, moved into the layout that this kernel's struct has.
// Source: libbpf 1.5, bpf_map__init_kern_struct_ops; kernel/bpf/bpf_struct_ops.c (v6.18).

import { FormatError, InternalError, UnsupportedError } from '../base/index.ts';
import { type Btf, type BtfMember, type BtfTypeOf, sizeOf, type TypeId } from '../btf/index.ts';
import type { BpfObject, MapSpec, StructOpsSpec } from '../object/index.ts';
import type { Fd } from '../sys/index.ts';
import { type KernelTypes, openModuleBtf } from './kernel-types.ts';
import type { MapSurroundings } from './maps/create-map.ts';

const valuePrefix = 'bpf_struct_ops_';
const flagVtypeBtfObject = 0x8000;
const pointerBytes = 8;

/** The kernel's side of a struct_ops map. */
export interface StructOpsPlan {
  readonly spec: MapSpec;
  /** What creating the map has to say besides. */
  readonly extra: NonNullable<MapSurroundings['extra']>;
  /** Id of the struct of functions: programs are tied to it. */
  readonly typeId: TypeId;
  /** Descriptor of the module's BTF; undefined for the kernel itself. Closed by the caller. */
  readonly moduleFd: Fd | undefined;
  /** The value in the kernel's layout, function slots empty. */
  readonly value: Uint8Array;
  readonly slots: readonly StructOpsSlot[];
}

/** Where a program goes. */
export interface StructOpsSlot {
  readonly program: string;
  /** Index of the member in the kernel's struct: the program's expected attach type. */
  readonly memberIndex: number;
  /** Offset in the value, in bytes. */
  readonly offset: number;
}

interface Place {
  readonly member: BtfMember;
  readonly index: number;
  readonly offset: number;
}

function structOf(btf: Btf, id: TypeId): BtfTypeOf<'struct'> {
  const type = btf.type(id);
  if (type.kind !== 'struct') throw new InternalError(`type ${id} is a ${type.kind}, not a struct`);
  return type;
}

/** Fits a struct_ops map to this kernel. @throws UnsupportedError where the kernel lacks the struct or a member in use */
export function planStructOps(object: BpfObject, spec: MapSpec, types: KernelTypes): StructOpsPlan {
  const { structOps } = spec;
  const local = object.btf;
  if (!structOps || !local) throw new FormatError(`map "${spec.name}"`, 'a struct_ops map needs BTF: compile with -g');
  const wrapper = types.find(valuePrefix + structOps.kernelType, 'struct');
  if (!wrapper) {
    throw new UnsupportedError(`struct_ops "${structOps.kernelType}"`, {
      hint: `this kernel and its loaded modules have no struct ${valuePrefix}${structOps.kernelType}`,
    });
  }
  const { btf } = wrapper;
  const valueType = structOf(btf, wrapper.id);
  const data = valueType.members.find(({ name }) => name === 'data');
  if (!data) throw new FormatError('kernel BTF', `struct ${valueType.name} has no member "data"`);
  const value = new Uint8Array(valueType.size);
  const base = data.bitOffset / 8;
  const kernelStruct = structOf(btf, data.type);
  const places = new Map<string, Place>(
    kernelStruct.members.map((member, index) => [member.name, { member, index, offset: base + member.bitOffset / 8 }]),
  );
  copyMembers({ local, btf, structOps, places, value });
  const moduleFd = wrapper.module ? openModuleBtf(wrapper.module) : undefined;
  const flags = moduleFd ? spec.flags | flagVtypeBtfObject : spec.flags;
  return {
    spec: { ...spec, keySize: 4, valueSize: valueType.size, maxEntries: 1, flags, keyType: 0, valueType: 0 },
    extra: {
      btf_vmlinux_value_type_id: wrapper.id,
      ...(moduleFd ? { value_type_btf_obj_fd: moduleFd.number } : {}),
    },
    typeId: data.type,
    moduleFd,
    value,
    slots: structOps.functions.map((slot) => placeFunction(structOps, slot, places)),
  };
}

function placeFunction(
  { kernelType }: StructOpsSpec,
  slot: StructOpsSpec['functions'][number],
  places: ReadonlyMap<string, Place>,
): StructOpsSlot {
  const place = places.get(slot.member);
  if (!place) throw new UnsupportedError(`struct_ops "${kernelType}": member "${slot.member}"`);
  return { program: slot.program, memberIndex: place.index, offset: place.offset };
}

interface CopyJob {
  readonly local: Btf;
  readonly btf: Btf;
  readonly structOps: StructOpsSpec;
  readonly places: ReadonlyMap<string, Place>;
  readonly value: Uint8Array;
}

/** Copies data members by name. One that the kernel lacks must be zero; one of another size is refused. */
function copyMembers({ local, btf, structOps, places, value }: CopyJob): void {
  const functions = new Set(structOps.functions.map(({ member }) => member));
  for (const member of structOf(local, structOps.type).members) {
    if (functions.has(member.name) || member.name === '') continue;
    const size = sizeOf(local, member.type);
    const bytes = structOps.contents.subarray(member.bitOffset / 8, member.bitOffset / 8 + size);
    if (bytes.every((byte) => byte === 0)) continue;
    const place = places.get(member.name);
    const path = `struct_ops "${structOps.kernelType}": member "${member.name}"`;
    if (!place) throw new UnsupportedError(path, { hint: 'this kernel does not have it: leave it zero' });
    if (member.bitSize || place.member.bitSize) throw new FormatError(path, 'bit-fields cannot be set');
    const there = sizeOf(btf, place.member.type);
    if (there !== size) throw new FormatError(path, `has ${size} bytes, but ${there} in this kernel`);
    value.set(bytes, place.offset);
  }
}

/** The value with the programs' descriptors in their slots; slots of programs that were not loaded stay empty. */
export function fillStructOps(plan: StructOpsPlan, programFd: (name: string) => number | undefined): Uint8Array {
  const value = plan.value.slice();
  const view = new DataView(value.buffer);
  for (const { program, offset } of plan.slots) {
    const fd = programFd(program);
    if (fd === undefined || offset + pointerBytes > value.byteLength) continue;
    view.setBigUint64(offset, BigInt(fd), true);
  }
  return value;
}
