// Tables of functions that the kernel calls: variables of `.struct_ops` and `.struct_ops.link`.

import { FormatError } from '../../base/index.ts';
import type { Btf, BtfTypeOf } from '../../btf/index.ts';
import { sizeOf } from '../../btf/index.ts';
import type { ElfRelocation, ElfSection } from '../../elf/index.ts';
import { essentialName } from '../core/essential-name.ts';
import { findDatasec, skipModifiers } from '../type-queries.ts';
import type { MapSpec, StructOpsSpec } from '../types.ts';
import type { FunctionTable } from './code-functions.ts';
import type { PlacedMap } from './legacy-maps.ts';
import { emptyMap } from './map-definition.ts';
import { symbolAt } from './object-file.ts';

const linkFlag = 1 << 13;

/**
 * Reads the tables of one section.
 * @throws FormatError when one has no named struct type or holds something else than programs.
 */
export function readStructOps(table: FunctionTable, btf: Btf | undefined, section: ElfSection): PlacedMap[] {
  const { file } = table;
  const role = file.roles.get(section.index);
  const datasec = btf && findDatasec(btf, section.name);
  if (!btf || !datasec || role?.kind !== 'struct-ops')
    throw new FormatError(`${file.name} section ${section.name}`, 'has no type information', {
      hint: 'compile with -g',
    });
  const relocations = file.elf.relocations(section);
  return datasec.variables.map(({ type, offset }): PlacedMap => {
    const variable = btf.type(type);
    const struct = variable.kind === 'var' ? skipModifiers(btf, variable.type) : undefined;
    if (variable.kind !== 'var' || struct?.type.kind !== 'struct' || struct.type.name === '')
      throw new FormatError(`${file.name} section ${section.name}`, `type ${type} is no variable of a named struct`);
    const size = sizeOf(btf, struct.id);
    if (offset + size > section.data.length)
      throw new FormatError(`struct_ops "${variable.name}"`, 'lies outside its section');
    const own = relocations.filter((relocation) => relocation.offset >= offset && relocation.offset < offset + size);
    const structOps: StructOpsSpec = {
      section: section.name,
      kernelType: essentialName(struct.type.name),
      type: struct.id,
      contents: section.data.slice(offset, offset + size),
      functions: own.map((relocation) =>
        structOpsFunction(
          table,
          { name: variable.name, struct: struct.type as BtfTypeOf<'struct'>, offset },
          relocation,
        ),
      ),
    };
    const map: MapSpec = {
      ...emptyMap(variable.name),
      type: 'struct_ops',
      keySize: 4,
      valueSize: size,
      maxEntries: 1,
      flags: role.link ? linkFlag : 0,
      structOps,
      autocreate: role.autocreate,
    };
    return { map, sectionIndex: section.index, offset };
  });
}

interface StructOpsVariable {
  readonly name: string;
  readonly struct: BtfTypeOf<'struct'>;
  readonly offset: number;
}

function structOpsFunction(
  table: FunctionTable,
  { name, struct, offset }: StructOpsVariable,
  relocation: ElfRelocation,
): StructOpsSpec['functions'][number] {
  const symbol = symbolAt(table.file, relocation.symbol);
  const target = symbol.type === 'function' ? table.indexAt(symbol.section, symbol.value / 8) : undefined;
  const program = target === undefined ? undefined : table.places[target]?.symbol.name;
  const at = (relocation.offset - offset) * 8;
  const memberIndex = struct.members.findIndex(({ bitOffset }) => bitOffset === at);
  const member = struct.members[memberIndex];
  if (program === undefined || !member)
    throw new FormatError(`struct_ops "${name}"`, `its relocation at byte ${at / 8} names no program for a member`);
  return { member: member.name, memberIndex, program };
}
