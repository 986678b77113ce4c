import type { Story } from './story.ts';

export const C: Story[] = [
  {
    name: 'make',
    language: 'c',
    needs: ['cc', 'make'],
    recipe: 'build',
    command: 'make',
    files: {
      Makefile: 'greet: $(wildcard src/*.c)\n\tcc -Wall -Wextra -o $@ $^\n',
      'src/main.c': 'int greet(int times);\n\nint main(void) { return greet(0); }\n',
    },
    path: 'src/greet.c',
    renamedTo: 'src/welcome.c',
    source: `#include <stdio.h>

int greet(int times) {
  for (int count = 0; count < times; count++) puts("Hello!");
  return 0;
}
`,
    mistake: { right: 'count < times', wrong: 'count < 3' },
    comment: '//',
    expected: {
      tool: 'cc',
      rule_id: '-Wunused-parameter',
      kind: 'compile_warning',
      severity: 'medium',
      message: 'unused parameter ‘times’',
      line: 3,
      exitCode: 0,
    },
  },
  {
    name: 'ctest',
    language: 'c',
    needs: ['cmake', 'cc', 'make'],
    recipe: 'test',
    command: 'cmake -S . -B out && cmake --build out && ctest --test-dir out',
    files: {
      'CMakeLists.txt': `cmake_minimum_required(VERSION 3.16)
project(greeter C)
enable_testing()
file(GLOB tests tests/*.c)
foreach(path \${tests})
  add_executable(doubles \${path})
  add_test(NAME nothing COMMAND doubles 0 0)
  add_test(NAME two COMMAND doubles 2 4)
endforeach()
`,
    },
    path: 'tests/double.c',
    renamedTo: 'tests/twice.c',
    source: `#include <stdlib.h>

static int twice(int number) { return number + number; }

int main(int count, char **words) {
  if (count != 3) abort();
  return twice(atoi(words[1])) == atoi(words[2]) ? 0 : 1;
}
`,
    mistake: { right: 'number + number', wrong: 'number * 3' },
    comment: '//',
    expected: {
      tool: 'ctest',
      kind: 'test_failure',
      severity: 'high',
      message: 'Failed',
      line: null,
      exitCode: 8,
    },
    tests: { ran: 2, exitCodeWithout: 0 },
  },
];
