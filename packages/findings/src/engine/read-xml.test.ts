import { describe, expect, it } from 'vitest';
import { readXml, type XmlVerdict } from './read-xml.ts';

function read(text: string | Uint8Array): { events: string[]; verdict: XmlVerdict } {
  const events: string[] = [];
  const verdict = readXml(typeof text === 'string' ? Buffer.from(text) : text, {
    open: (name, attributes) => events.push(`<${name} ${attributes('a') ?? ''}>`),
    text: (part) => {
      if (part.trim() !== '') events.push(part.trim());
    },
    close: (name) => events.push(`</${name}>`),
  });
  return { events, verdict };
}

describe('an XML file', () => {
  it('may hold several documents and noise around them', () => {
    const { events, verdict } = read(
      'warn\n<?xml version="1.0"?><x a="1"/>\n\n<?xml version="1.0"?>\n<p:y>t</p:y>\ntail',
    );
    expect(events).toEqual(['<x 1>', '</x>', '<y >', 't', '</y>']);
    expect(verdict).toEqual({ documents: 2 });
  });

  it('finds the second document across the borders of the pieces it is read in', () => {
    const document = `<?xml version="1.0"?>\r\n<x a="1">${'é'.repeat(40_000)}</x>\r\n`;
    expect(read(document.repeat(5)).verdict).toEqual({ documents: 5 });
  });

  it('may hold control characters, raw or escaped', () => {
    const { events, verdict } = read('<x a="\x00\x1b">\x08&#27;&#x0;&amp;</x>');
    expect(verdict).toEqual({ documents: 1 });
    expect(events[0]).toBe('<x \u{FFFD}\u{FFFD}>');
  });

  it('may be in UTF-16', () => {
    expect(read(Buffer.from('\uFEFF<x a="é"/>', 'utf16le')).events[0]).toBe('<x é>');
  });

  it.each([
    ['<x><y>', 'truncated'],
    ['<x><y a="', 'truncated'],
    ['<z><x></y></z>', 'broken'],
    ['<x a=1/>', 'broken'],
    ['', 'broken'],
    ['nothing', 'broken'],
    ['<x>&unknown;</x>', 'broken'],
    ['<!DOCTYPE x [<!ENTITY e "boom">]><x>&e;</x>', 'refused'],
    [`${'<x>'.repeat(65)}`, 'refused'],
  ])('number %# is told as such', (text, kind) => {
    expect(read(text).verdict.problem?.kind).toBe(kind);
  });

  it('accepts a DOCTYPE that only names itself, and loads nothing', () => {
    expect(read('<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>').verdict).toEqual({ documents: 1 });
  });

  it('refuses a bomb of entities without unfolding it', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join(
      '',
    );
    const { events, verdict } = read(`<!DOCTYPE x [<!ENTITY e0 "ha">${levels}]><x>&e9;</x>`);
    expect(events).toEqual([]);
    expect(verdict.problem?.kind).toBe('refused');
  });
});
