// Variables in `.struct_ops`: tables of functions that the kernel calls.

import type { BtfBuilder } from '../../btf/index.ts';
import { emptyMap, essentialName, type MapSpec } from '../../object/index.ts';
import type { RecordType, Variable } from '../check/types.ts';

const linkFlag = 1 << 13;

/** The map of a struct_ops variable. */
export function structOpsMap(variable: Variable, section: string, btf: BtfBuilder): MapSpec {
  const record = variable.type.canonical as RecordType;
  const contents = variable.initial?.bytes.slice() ?? new Uint8Array(record.layout?.size ?? 0);
  const members = record.layout?.members ?? [];
  const functions = (variable.initial?.addresses ?? []).flatMap(({ offset, target }) => {
    const memberIndex = members.findIndex((member) => member.offset === offset);
    const name = members[memberIndex]?.name;
    return name === undefined ? [] : [{ member: name, memberIndex, program: target.name }];
  });
  const name = section.replace('?', '');
  return {
    ...emptyMap(variable.name),
    type: 'struct_ops',
    keySize: 4,
    valueSize: contents.length,
    maxEntries: 1,
    flags: name === '.struct_ops.link' ? linkFlag : 0,
    structOps: {
      section: name,
      kernelType: essentialName(record.tag ?? ''),
      type: btf.find(record.tag ?? '', 'struct') ?? 0,
      contents,
      functions,
    },
    autocreate: !section.startsWith('?'),
  };
}
