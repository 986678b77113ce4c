import type { Story } from './story.ts';

export const PHP: Story[] = [
  {
    name: 'php',
    language: 'php',
    needs: ['php'],
    recipe: 'lint',
    command: 'php -l src/*.php',
    path: 'src/greet.php',
    renamedTo: 'src/welcome.php',
    source: `<?php
function greet(string $name): string
{
    return "Hello, $name!";
}
`,
    mistake: { right: 'return "Hello', wrong: 'return return "Hello' },
    comment: '//',
    expected: {
      tool: 'php',
      kind: 'compile_error',
      severity: 'high',
      message: 'syntax error, unexpected token "return", expecting ";"',
      line: 4,
      exitCode: 255,
    },
  },
];
