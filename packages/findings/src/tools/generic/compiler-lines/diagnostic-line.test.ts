import { describe, expect, it } from 'vitest';
import { readDiagnosticLine } from './diagnostic-line.ts';

const files = new Set([
  'src/main.c',
  'Makefile',
  'bin/run',
  'my notes.txt',
  'app/[id]/page.tsx',
  'src/app.py',
]);
const read = (line: string) => readDiagnosticLine(line, (path) => ({ path, known: files.has(path) }));

describe('a line that is no diagnostic', () => {
  it.each([
    '12:30:01: starting',
    '[12:30:01] 12:30:01: error: x',
    '2024-01-01 10:00:00: error: x',
    '2024-01-01T10:00:00: warning: x',
    'http://x:80:1: y',
    'https://example.com/a.js:80:1: error: y',
    'example.com:443:1: error: refused',
    '10.0.0.1:8080:1: error: refused',
    '[::1]:80:1: error: x',
    '    at Object.<anonymous> (/workspace/src/x.js:12:5)',
    '  File "src/app.py", line 3, in <module>',
    'src/app.py:12: DeprecationWarning: old',
    'src/app.py:12: WARNING: a logger said so',
    'src/app.py:12: return x',
    'src/app.py:12:5:    return x',
    'src/app.py:12:5: ',
    'src/app.py:12:5: error: ',
    'src/app.py:12:5',
    'see src/unknown.c:3:4: error: x',
    'Error: something:1:2: bad',
    'v1.2.3:4:5: error: x',
    'step 3/4 (5,6): error: x',
    'call(1,2): error: x',
    'image.tar.gz:1:2: pulled',
    '/workspace/src/main.js:3',
    ':1:2: error: x',
    '{"a":"b.c:1:2: error: x"}',
  ])('%j', (line) => {
    expect(read(line)).toBeUndefined();
  });
});

describe('a diagnostic', () => {
  it.each([
    ['src/main.c:3:4: error: bad', { path: 'src/main.c', word: 'error', level: 'error', message: 'bad' }],
    ['src/main.c:3:4: fatal error: x.h: No such file', { level: 'error', message: 'x.h: No such file' }],
    ['src/main.c:3: warning: bad [-Werror=unused]', { level: 'warning', rule: '-Wunused', message: 'bad' }],
    ['Makefile:3: error: bad', { path: 'Makefile' }],
    ['bin/run:3:1: error: bad', { path: 'bin/run' }],
    ['my notes.txt:3:1: spelling [typo]', { path: 'my notes.txt', rule: 'typo' }],
    [
      'app/[id]/page.tsx(3,1): error TS2304: bad',
      { path: 'app/[id]/page.tsx', rule: 'TS2304', message: 'bad' },
    ],
    ['gen.go:3:4: undefined: x', { path: 'gen.go', message: 'undefined: x' }],
    [
      'gen.go:3:4: this value is never used (SA4006)',
      { rule: 'SA4006', message: 'this value is never used' },
    ],
    ['gen.py:3:4: Unused x (unused-variable)', { rule: 'unused-variable' }],
    ['gen.py:3:4: E501 Line too long (112 > 88)', { rule: 'E501', message: 'Line too long (112 > 88)' }],
    ['gen.py:3:4: F401 [*] `os` imported', { rule: 'F401', message: '`os` imported' }],
    ['gen.sh:3:4: note: Double quote [SC2086]', { word: 'note', level: 'note', rule: 'SC2086' }],
    [
      'gen.yaml:3:4: [error] bad indentation (indentation)',
      { word: 'error', message: 'bad indentation (indentation)' },
    ],
    ['C:\\w\\gen.cpp(3): error C2065: bad', { path: 'C:\\w\\gen.cpp', rule: 'C2065' }],
    ['C:/w/gen.cpp:3:4: error: bad', { path: 'C:/w/gen.cpp' }],
    [
      'Gen.cs(3,4): error CS0103: bad [/w/x.csproj::TargetFramework=net8.0]',
      { rule: 'CS0103', message: 'bad', project: '/w/x.csproj::TargetFramework=net8.0' },
    ],
    ['Gen.cs(3,4,3,9): warning CS0168: bad', { region: { line: 3, col: 4, endLine: 3, endCol: 9 } }],
    ['gen.ts:3:4 - error TS2304: bad', { rule: 'TS2304', region: { line: 3, col: 4 } }],
    ['gen.js:3:4: bad thing. [Error/no-undef]', { word: 'Error', rule: 'no-undef', message: 'bad thing.' }],
    ['gen.js:3:4: Parsing error: x [Error]', { word: 'Error', message: 'Parsing error: x' }],
    ['src/main.c:3:4: error: use of (int)', { message: 'use of (int)' }],
    ['src/main.c:3:4: error: index a[i] [see note]', { message: 'index a[i] [see note]' }],
  ])('%j', (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });
});
