// Lines of a stream: what stands between line feeds, without the carriage return that may be in front of one.

/** The lines that each chunk of `stream` completes, and at the end what is left. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  // Pieces of a line that is not complete yet: joined once, so that a long line costs no more than its length.
  let pieces: string[] = [];
  for await (const chunk of stream) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    const last = parts.pop() as string;
    if (parts.length > 0) {
      parts[0] = pieces.join('') + (parts[0] as string);
      pieces = [];
      yield parts.map(withoutReturn);
    }
    pieces.push(last);
  }
  const rest = pieces.join('') + decoder.decode();
  if (rest !== '') yield [withoutReturn(rest)];
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
