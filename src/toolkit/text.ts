// Decoded values as text for people, on one line.

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Control characters made visible, so that a traced string cannot move the cursor or colour the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach the terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, '0');
    return escapes[character] ?? `\\x${code}`;
  });
}

// JSON has no escape that is shorter than these for what lies above ASCII's control characters.
function quoted(text: string): string {
  return printable(JSON.stringify(text));
}

/** One line for any decoded value: strings plain at the top and quoted inside, objects as `name=value`. */
export function toText(value: unknown, isInside = false): string {
  if (typeof value === 'string') return isInside ? quoted(value) : printable(value);
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  if (Array.isArray(value)) return `[${value.map((element) => toText(element, true)).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).map(([name, member]) => `${name}=${toText(member, true)}`);
    return isInside ? `{${members.join(' ')}}` : members.join(' ');
  }
  return String(value);
}
