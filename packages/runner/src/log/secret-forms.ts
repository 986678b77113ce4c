// The spellings in which a secret turns up in output. A tool that prints its environment as JSON, a traced HTTP request
// or `base64 key.pem` leaks it as surely as `echo` does.

/** A shorter value is not masked: it would blank ordinary words and tell an onlooker little. */
export const SECRET_CHARACTERS_MIN = 4;
/** The widths at which `base64` (76) and PEM writers (64) break their lines. */
const BASE64_LINE_WIDTHS = [64, 76];
/** The rest of a broken base64 line is masked from this length on; a shorter one would match chance text. */
const BASE64_REST_MIN = 8;

/** Every byte string that must not be seen: the value, its lines, its base64, URL and JSON forms. Empty for a short value. */
export function secretForms(secret: string): Buffer[] {
  if (secret.length < SECRET_CHARACTERS_MIN) return [];
  const wholes = [secret, secret.trim()];
  const forms = [
    ...wholes,
    ...secret.split(/\r?\n/).map((line) => line.trim()),
    ...wholes.flatMap(urlForms),
    ...wholes.flatMap(base64Forms),
    ...wholes.map((whole) => JSON.stringify(whole).slice(1, -1)),
  ];
  const distinct = new Set(forms.filter((form) => form.length >= SECRET_CHARACTERS_MIN));
  return [...distinct].map((form) => Buffer.from(form));
}

function urlForms(value: string): string[] {
  // encodeURIComponent throws on half a surrogate pair; the secret reaches the output as UTF-8, where it is U+FFFD as well.
  const component = encodeURIComponent(value.toWellFormed());
  const lowerCase = component.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  const formField = new URLSearchParams({ v: value }).toString().slice('v='.length);
  return [component, lowerCase, formField];
}

function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const plain = bytes.toString('base64');
  const forms = [
    plain,
    plain.replace(/=+$/, ''),
    ...[0, 1, 2].map((shift) => base64Core(bytes, shift)),
    ...brokenLines(plain),
  ];
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

/**
 * The characters that `bytes` alone decides when it stands `shift` bytes into a group of three, as the password does in
 * the base64 of `user:password`.
 */
function base64Core(bytes: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}

function brokenLines(base64: string): string[] {
  return BASE64_LINE_WIDTHS.filter((width) => base64.length > width)
    .flatMap((width) => base64.match(new RegExp(`.{1,${width}}`, 'g')) ?? [])
    .filter((line) => line.length >= BASE64_REST_MIN);
}
