/**
 * What every part stands on: bytes in either byte order, errors, diagnostics with carets, spelling suggestions, histograms.
 * Imports nothing; runs anywhere.
 * @module
 */
export type { Endian } from './bytes.ts';
export { ByteReader, ByteWriter, decodeCString, decodeUtf8, encodeUtf8 } from './bytes.ts';
export type { Diagnostic, LineColumn, Severity, SourceSpan, SourceText } from './diagnostics.ts';
export { lineColumn, renderDiagnostic, renderDiagnostics } from './diagnostics.ts';
export type { BpfErrorOptions, SourceLine, VerifierErrorFacts } from './errors.ts';
export {
  BpfError,
  FormatError,
  InternalError,
  SourceError,
  SyscallError,
  systemReason,
  UnsupportedError,
  UsageError,
  ValueError,
  VerifierError,
} from './errors.ts';
export type { LineOptions, SlotCounts } from './histogram.ts';
export { linearLines, log2Lines, log2SlotRange } from './histogram.ts';
export { editDistance, suggest } from './suggest.ts';
