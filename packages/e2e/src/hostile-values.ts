// Values that a place of a request has choked on somewhere, by a name for people.
export const HUGE_BYTES = 1024 ** 2;
const DEPTH = 10_000;
/** Stands in a body for text that JSON.stringify would not write. */
export const RAW = 'raw-json-goes-here';

export const TEXTS: Record<string, string> = {
  empty: '',
  nul: 'a\u0000b',
  'half a surrogate': 'a\ud800b',
  'turned around': '\u202egnp.exe\u2066',
  'many marks': `e${'\u0301'.repeat(500)}`,
  upwards: '../../../../etc/passwd',
  'upwards, encoded': '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  'upwards, half encoded': '..%2f..%2fetc',
  'a header': 'a\r\nX-Injected: 1',
  quote: `'; drop table jobs; --`,
  'a shell': '$(exit 7)`exit 7`;&|',
  option: '--upload-pack=touch x',
  template: '{{7*7}}${7*7}%s%n',
  'the year 0': '0000-01-01T00:00:00Z',
  'the year 9999': '9999-12-31T23:59:59.999999999+23:59',
  'a network': '::ffff:0.0.0.0/128',
  'a word of objects': '__proto__',
  cursor: cursorOf('audit:999999999999999'),
  'a cursor with nul': cursorOf('jobs:\u0000'),
};
export const NUMBERS: Record<string, number> = {
  zero: 0,
  negative: -1,
  fraction: 1.5,
  'past an int': 2 ** 31,
  'past a double': 2 ** 53 + 2,
  'the largest': 1e308,
};
export const OTHERS: Record<string, unknown> = {
  null: null,
  true: true,
  'an empty list': [],
  'a list in a list': [[['a']]],
  'an empty object': {},
  'an object': { toString: 1, length: -1 },
  huge: 'x'.repeat(HUGE_BYTES),
  'many keys': Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 1])),
};
export const RAW_JSON: Record<string, string> = {
  'deep lists': '['.repeat(DEPTH) + ']'.repeat(DEPTH),
  'deep objects': '{"a":'.repeat(DEPTH) + '1' + '}'.repeat(DEPTH),
  __proto__: '{"__proto__":{"isAdmin":true,"is_admin":true}}',
  constructor: '{"constructor":{"prototype":{"isAdmin":true}}}',
  'past every number': '1e999',
};
/** Percent-encoded as a URL takes it, or not quite. */
export const RAW_IN_URLS: Record<string, string> = {
  'dots, encoded': '%2e%2e',
  'dots and a slash': '..%2f..%2fetc%2fpasswd',
  'encoded twice': '%252e%252e%252f',
  'an overlong slash': '%c0%af',
  'no UTF-8': '%ff',
  'half an escape': '%f',
  nul: '%00',
  'a header': 'a%0d%0aX-Injected:%201',
  long: 'x'.repeat(7_000),
  hexadecimal: '0x10',
  exponent: '1e3',
  infinity: 'Infinity',
};
export const MEDIA = [
  'text/plain',
  'application/json; charset=utf-16',
  'application/json; charset=latin1',
  'application/json; charset="',
  'application/json; charset=utf-7',
  'application/vnd.api+json',
  'multipart/form-data; boundary=x',
  'application/json, text/html',
  ';',
];
export const ENCODINGS = ['gzip', 'br', 'deflate', 'zstd', 'x-unknown', 'gzip, gzip', 'IDENTITY'];

/** Padded, which cursors are not but may be: without the sign it would be a good name for a project. */
function cursorOf(text: string): string {
  return `${Buffer.from(text).toString('base64url')}=`;
}
