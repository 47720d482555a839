// C types as messages print them: `const struct foo *`, `u32 (aka unsigned int)`.

import type { CType, FunctionType } from './types.ts';

function qualifierText(bits: number): string {
  return [bits & 1 ? 'const' : '', bits & 2 ? 'volatile' : '', bits & 4 ? 'restrict' : ''].filter(Boolean).join(' ');
}

function parameterList(type: FunctionType): string {
  const parts = type.parameters.map((parameter) => typeText(parameter.type));
  if (type.variadic) parts.push('...');
  return parts.length === 0 && !type.unspecified ? 'void' : parts.join(', ');
}

/** The type around a declarator text. */
function declare(type: CType, inner: string): string {
  const around = (base: string): string => (inner === '' ? base : `${base} ${inner}`);
  switch (type.kind) {
    case 'void':
      return around('void');
    case 'integer':
    case 'float':
    case 'typedef':
      return around(type.name);
    case 'record':
      return around(`${type.union ? 'union' : 'struct'} ${type.tag ?? '(unnamed)'}`);
    case 'enum':
      return around(`enum ${type.tag ?? '(unnamed)'}`);
    case 'tagged':
      return declare(type.type, inner);
    case 'qualified': {
      const text = qualifierText(type.qualifiers);
      if (type.canonical.kind === 'pointer') return declare(type.type, `${text}${inner && ` ${inner}`}`);
      return `${text} ${declare(type.type, inner)}`;
    }
    case 'pointer': {
      const to = type.to.canonical.kind;
      const isNamed = type.to.kind === 'typedef';
      const star = inner.startsWith('*') || inner.startsWith('[') || inner === '' ? `*${inner}` : `*${inner}`;
      return declare(type.to, !isNamed && (to === 'array' || to === 'function') ? `(${star})` : star);
    }
    case 'array':
      return declare(type.of, `${inner}[${type.length ?? ''}]`);
    case 'function':
      return declare(type.returns, `${inner}(${parameterList(type)})`);
  }
}

/** C text of a type. */
export function typeText(type: CType): string {
  return declare(type, '');
}

/** As clang quotes it: `'u32' (aka 'unsigned int')`. */
export function quoteType(type: CType): string {
  const text = typeText(type);
  const aka = typeText(resolved(type));
  return text === aka ? `'${text}'` : `'${text}' (aka '${aka}')`;
}

/** Typedefs replaced at the top and under pointers. */
function resolved(type: CType): CType {
  switch (type.kind) {
    case 'typedef':
      return resolved(type.type);
    case 'qualified':
      return { ...type, type: resolved(type.type) };
    case 'tagged':
      return resolved(type.type);
    case 'pointer': {
      const to = resolved(type.to);
      return to === type.to ? type : { ...type, to };
    }
    default:
      return type;
  }
}
