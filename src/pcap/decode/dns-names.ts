// Names of DNS record types, classes, operations and response codes, as tcpdump has them.

const typeNames: Readonly<Record<number, string>> = {
  ...Object.fromEntries(
    (
      'A NS MD MF CNAME SOA MB MG MR NULL WKS PTR HINFO MINFO MX TXT RP AFSDB X25 ISDN RT NSAP NSAP_PTR SIG KEY PX GPOS AAAA ' +
      'LOC NXT EID NIMLOC SRV ATMA NAPTR KX CERT A6 DNAME SINK OPT APL DS SSHFP IPSECKEY RRSIG NSEC DNSKEY'
    )
      .split(' ')
      .map((name, index) => [index + 1, name]),
  ),
  99: 'SPF',
  100: 'UINFO',
  101: 'UID',
  102: 'GID',
  103: 'UNSPEC',
  104: 'UNSPECA',
  249: 'TKEY',
  250: 'TSIG',
  251: 'IXFR',
  252: 'AXFR',
  253: 'MAILB',
  254: 'MAILA',
  255: 'ANY',
  256: 'URI',
};

const classNames: Readonly<Record<number, string>> = { 1: '', 3: ' CHAOS', 4: ' HS', 255: ' ANY' };

export const typeName = (type: number): string => typeNames[type] ?? `Type${type}`;

/** Behind the type, with a space before it; nothing for the Internet's. */
export const classText = (value: number): string => classNames[value] ?? ` (Class ${value})`;

export const operations: readonly string[] = [
  ...['', ' inv_q', ' stat', ' op3', ' notify', ' update', ' op6', ' op7', ' op8', ' updateA', ' updateD', ' updateDA'],
  ...[' updateM', ' updateMA', ' zoneInit', ' zoneRef'],
];

export const responses: readonly string[] = [
  ...['', ' FormErr', ' ServFail', ' NXDomain', ' NotImp', ' Refused', ' YXDomain', ' YXRRSet', ' NXRRSet', ' NotAuth'],
  ...[' NotZone', ' Resp11', ' Resp12', ' Resp13', ' Resp14', ' NoChange'],
];
