// The one way in which an expression is refused: a SourceError with one diagnostic.

import { SourceError, type SourceSpan } from '../base/index.ts';

/** Words of an expression may be longer than anyone wants to read. */
const LONGEST_MESSAGE = 300;

/** Makes the error of a bad expression; throw it. */
export function problem(span: SourceSpan, code: string, message: string, hint?: string): SourceError {
  const text = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message;
  return new SourceError([{ severity: 'error', code, message: text, span, hint }]);
}
