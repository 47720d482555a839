// Multicast listener discovery, version 2 (RFC 3810), in tcpdump's words.

import { addressAt, type Message } from './icmp6-options.ts';

const recordNames: Readonly<Record<number, string>> = {
  1: 'is_in',
  2: 'is_ex',
  3: 'to_in',
  4: 'to_ex',
  5: 'allow',
  6: 'block',
};

function sourcesText(message: Message, start: number, count: number): string {
  const sources = Array.from({ length: count }, (_, index) => ` ${addressAt(message.rest, start + index * 16)}`);
  return ` {${sources.join('')} }`;
}

/** Appends the fields of a report. @throws RangeError where it is cut */
export function listenerReport(message: Message): void {
  const { view, scope } = message.rest;
  const count = view.getUint16(6);
  message.text += `, ${count} group record(s)`;
  if (scope.detail === 0) return;
  for (let index = 0, at = 8; index < count; index++) {
    const kind = view.getUint8(at);
    const group = addressAt(message.rest, at + 4);
    const sources = view.getUint16(at + 2);
    message.text += ` [gaddr ${group} ${recordNames[kind] ?? `[v2-report-#${kind}]`}`;
    message.text += scope.detail > 1 ? sourcesText(message, at + 20, sources) : `, ${sources} source(s)`;
    message.text += ']';
    at += 20 + sources * 16 + view.getUint8(at + 1) * 4;
  }
}

/** Delay in ms; large ones are floating-point numbers of three bits of exponent. */
function delay(code: number): number {
  return code < 0x8000 ? code : ((code & 0xfff) | 0x1000) * 2 ** (((code >> 12) & 7) + 3);
}

/** Appends the fields of a query. @throws RangeError where it is cut */
export function listenerQuery(message: Message): void {
  const { view, scope } = message.rest;
  message.text += ' v2';
  const code = view.getUint16(4);
  if (scope.detail > 0) message.text += ` [max resp delay=${delay(code)}]`;
  message.text += ` [gaddr ${addressAt(message.rest, 8)}`;
  if (scope.detail > 0) {
    const bits = view.getUint8(24);
    if (bits & 8) message.text += ' sflag';
    if (bits & 7) message.text += ` robustness=${bits & 7}`;
    const interval = view.getUint8(25);
    message.text += ` qqi=${interval < 128 ? interval : ((interval & 15) | 16) * 2 ** (((interval >> 4) & 7) + 3)}`;
  }
  const sources = view.getUint16(26);
  if (sources > 0) message.text += scope.detail > 1 ? sourcesText(message, 28, sources) : `, ${sources} source(s)`;
  message.text += ']';
}
