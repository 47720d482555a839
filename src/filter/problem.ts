// The one way in which an expression is refused: a SourceError with one diagnostic.

import { SourceError, type SourceSpan } from '../base/index.ts';

/** Makes the error of a bad expression; throw it. */
export function problem(span: SourceSpan, code: string, message: string, hint?: string): SourceError {
  return new SourceError([{ severity: 'error', code, message, span, hint }]);
}
