// Output of builds, as bytes that are the same every time.
import { Buffer } from 'node:buffer';

/** What compilers, package managers and servers print when all is well. */
const PLAIN = [
  (n: number) => `[${n % 100}%] Building CXX object src/CMakeFiles/app.dir/part-${n % 40}/module-${n}.cpp.o`,
  (n: number) =>
    `gcc -O2 -Wall -Wextra -Iinclude -Ibuild/generated -c src/module-${n}.c -o build/module-${n}.o`,
  (n: number) => `   Compiling collector-${n % 300} v1.${n % 40}.${n % 7}`,
  (n: number) => `INFO  service ${n % 12} answered /api/projects/${n}/jobs in ${n % 900} ms, 200 OK`,
  (n: number) => `added library-${n % 800}@4.${n % 30}.1 to the cache, ${n % 5000} kB, integrity checked`,
  () => 'compiling the module number four hundred and eleven of this project, without any warning',
  (n: number) => `  -> step ${n}: copied assets/images/icon-${n % 64}.png to dist/static/icon-${n % 64}.png`,
  (n: number) =>
    `Downloaded from central: https://repo.example/maven2/org/part-${n}/1.${n % 9}/part-${n}.jar (45 kB)`,
];

/** What gcc says of one line of source. */
const DIAGNOSTIC = [
  (n: number) => `src/part-${n % 40}/module-${n % 900}.c: In function 'read_${n % 97}':`,
  (n: number) =>
    `src/part-${n % 40}/module-${n % 900}.c:${n % 2000}:${1 + (n % 60)}: warning: unused variable: v${n} [-Wunused-variable]`,
  (n: number) => ` ${n % 2000} |   int v${n} = compute_something(given, with_some, more_arguments);`,
  () => '      |       ^~~~~~~~',
];

/**
 * At least so many bytes. `diagnosticAfter`: so many plain lines; 0: nothing but diagnostics. `first`: number of the first line, so
 * that one log goes on where another one ended.
 */
export function makeLog(
  bytesMin: number,
  { diagnosticAfter, first = 0 }: { diagnosticAfter: number; first?: number },
): Buffer {
  const lines: string[] = [];
  for (let n = first, chars = 0; chars < bytesMin; n++) {
    const isDiagnostic = diagnosticAfter === 0 || n % diagnosticAfter === diagnosticAfter - 1;
    const next = isDiagnostic ? DIAGNOSTIC.map((write) => write(n)) : [PLAIN[n % PLAIN.length]!(n)]; // Within the list.
    lines.push(...next);
    chars += next.reduce((sum, line) => sum + line.length + 1, 0);
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** Of eight digits, of which the first four are the page's. */
const FIRST_ON_PAGE = 10_000_000;
const NAME = ' v1000';

/** A piece of a log that is written again under another number, in place: what is measured beside it is not the writing. */
export function makePage(bytesMin: number): { numbered: (page: number) => Buffer } {
  const page = makeLog(bytesMin, { diagnosticAfter: 100, first: FIRST_ON_PAGE });
  const places: number[] = [];
  for (let at = page.indexOf(NAME); at >= 0; at = page.indexOf(NAME, at + 1)) places.push(at);
  return {
    numbered: (number) => {
      const digits = String(number % 10_000).padStart(4, '0');
      for (const at of places) page.write(digits, at + ' v'.length, 'latin1');
      return page;
    },
  };
}
