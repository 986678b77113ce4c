import type { Story } from './story.ts';

export const SHELL: Story[] = [
  {
    name: 'shellcheck',
    language: 'shell',
    needs: ['shellcheck'],
    recipe: 'lint',
    command: 'shellcheck bin/*.sh',
    path: 'bin/greet.sh',
    renamedTo: 'bin/welcome.sh',
    source: `#!/bin/sh
# Greets whoever is named.
name="$1"
printf 'Hello, %s!\\n' "$name"
`,
    mistake: { right: `' "$name"`, wrong: `' $name` },
    comment: '#',
    expected: {
      tool: 'shellcheck',
      rule_id: 'SC2086',
      kind: 'lint',
      severity: 'info',
      message: 'Double quote to prevent globbing and word splitting.',
      line: 4,
      exitCode: 1,
    },
  },
  {
    name: 'bats',
    language: 'shell',
    needs: ['bats'],
    recipe: 'test',
    command: 'bats test',
    files: {
      'greet.sh': '#!/bin/sh\nprintf \'Hello, %s!\\n\' "$1"\n',
      'test/README': 'Tests of the greeter.\n',
    },
    path: 'test/ada.bats',
    renamedTo: 'test/lovelace.bats',
    source: `#!/usr/bin/env bats

@test "a stranger is a friend" {
  [ "$(sh greet.sh friend)" = 'Hello, friend!' ]
}

@test "a name is greeted" {
  [ "$(sh greet.sh Ada)" = 'Hello, Ada!' ]
}
`,
    mistake: { right: "'Hello, Ada!'", wrong: "'Hello, Eve!'" },
    comment: '#',
    expected: {
      tool: 'tap',
      kind: 'test_failure',
      severity: 'high',
      message: `\`[ "$(sh greet.sh Ada)" = 'Hello, Eve!' ]' failed`,
      line: 8,
      exitCode: 1,
    },
    tests: { ran: 2, exitCodeWithout: 0 },
  },
];
