// What the filter expression of `tsbpf capture` is compiled with.

import { type Diagnostic, renderDiagnostic } from '../base/index.ts';
import { systemResolver } from './system-names.ts';

/** Names as this machine resolves them; warnings on standard error. */
export const expressionOptions = {
  resolver: systemResolver(),
  onWarning: (warning: Diagnostic): void => console.error(renderDiagnostic(warning)),
} as const;
