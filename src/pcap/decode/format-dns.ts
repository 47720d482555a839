// A DNS message as tcpdump prints it.

import { operations, responses } from './dns-names.ts';
import type { DnsLayer, DnsRecord } from './layers.ts';

/** `5m`, `1d2h`. */
function durationText(seconds: number): string {
  const units = [
    [31_536_000, 'y'],
    [604_800, 'w'],
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const;
  let text = '';
  let rest = seconds;
  for (const [size, letter] of units) {
    if (rest >= size) text += `${Math.floor(rest / size)}${letter}`;
    rest %= size;
  }
  return text || '0s';
}

function recordText({ name, type, className, ttl, value }: DnsRecord, detail: number): string {
  const owner = detail > 0 ? ` ${name}` : '';
  const time = detail > 2 && ttl !== undefined ? ` [${durationText(ttl)}]` : '';
  return `${owner}${className ? ` ${className}` : ''}${time} ${type}${value ? ` ${value}` : ''}`;
}

const recordsText = (records: readonly DnsRecord[], detail: number): string =>
  records.map((record) => recordText(record, detail)).join(',');

const sectionText = (name: string, records: readonly DnsRecord[], detail: number): string =>
  detail > 1 && records.length > 0 ? ` ${name}:${recordsText(records, detail)}` : '';

const questionsText = ({ questions }: DnsLayer): string =>
  questions.map(({ type, name }) => ` ${type}? ${name}`).join('');

function responseText(dns: DnsLayer, detail: number): string {
  const [questions, answers, authorities, additional] = dns.counts;
  const count = questions === 1 ? '' : ` [${questions}q]`;
  const asked = detail > 1 ? dns.questions.map(({ type, name }) => ` q: ${type}? ${name}`).join(',') : '';
  const sections = `${recordsText(dns.answers, detail)}${sectionText('ns', dns.authorities, detail)}`;
  return `${count}${asked} ${answers}/${authorities}/${additional}${sections}${sectionText('ar', dns.additional, detail)}`;
}

const inverseQuery = 1;
/** Bits that a query has no use for. */
const unusedBits = 0x6cf;

/** The numbers of records that a query does not have. */
function oddCounts({ counts: [questions, answers, authorities, additional], operation }: DnsLayer): string {
  const isInverse = operation === inverseQuery;
  const count = (number: number, usual: number, letter: string): string =>
    number === usual ? '' : ` [${number}${letter}]`;
  const first = isInverse
    ? count(questions, 0, 'q') + count(answers, 1, 'a')
    : count(answers, 0, 'a') + count(questions, 1, 'q');
  return first + count(authorities, 0, 'n') + count(additional, 0, 'au');
}

function queryText(dns: DnsLayer, detail: number): string {
  const odd = dns.bits & unusedBits ? ` [b2&3=0x${dns.bits.toString(16)}]` : '';
  const answers = detail > 1 ? recordsText(dns.answers, detail) : '';
  const sections = `${sectionText('ns', dns.authorities, detail)}${sectionText('ar', dns.additional, detail)}`;
  return `${odd}${oddCounts(dns)}${questionsText(dns)}${answers}${sections}`;
}

export function dnsText(dns: DnsLayer, detail: number): string {
  const { id, isResponse, operation, responseCode, flags, isTruncated, length } = dns;
  const start = `${id}${operations[operation]}${isResponse ? responses[responseCode] : ''}${flags}`;
  const end = isTruncated ? ' [|domain]' : ` (${length})`;
  // The numbers of records come behind the questions.
  if (isResponse && dns.questions.length < dns.counts[0]) return start + end;
  return start + (isResponse ? responseText(dns, detail) : queryText(dns, detail)) + end;
}
