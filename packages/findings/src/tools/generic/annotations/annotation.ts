// `::error file=a.js,line=1,col=2,title=x::message`: properties escape `%`, line ends, `:` and `,`, the message only the
// first two. https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts

export type Annotation = {
  word: 'error' | 'warning' | 'notice';
  properties: ReadonlyMap<string, string>;
  message: string;
};

const PROPERTIES_MAX = 20;
const ESCAPES: Readonly<Record<string, string>> = { '25': '%', '0D': '\r', '0A': '\n', '3A': ':', '2C': ',' };

export function readAnnotation(line: string): Annotation | undefined {
  const text = line.trimStart();
  const word = /^::(error|warning|notice)(?= |::)/.exec(text)?.[1];
  if (word === undefined) return undefined;
  const start = word.length + 2;
  const end = text.indexOf('::', start);
  if (end < 0) return undefined;
  const properties = text
    .slice(start, end)
    .trim()
    .split(',', PROPERTIES_MAX)
    .map((property) => splitOnce(property, '='))
    .filter(([name]) => name !== '');
  return {
    word: word as Annotation['word'], // The pattern lets through only these.
    properties: new Map(properties.map(([name, value]) => [name, unescape(value)])),
    message: unescape(text.slice(end + 2)),
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? ['', ''] : [text.slice(0, at).trim(), text.slice(at + 1)];
}

function unescape(text: string): string {
  return text.replaceAll(
    /%(25|0D|0A|3A|2C)/gi,
    (whole, code: string) => ESCAPES[code.toUpperCase()] ?? whole,
  );
}
