import type { Story } from './story.ts';

export const JVM: Story[] = [
  {
    name: 'javac',
    language: 'java',
    needs: ['javac'],
    recipe: 'build',
    command: 'javac -Xlint:all -d out src/*.java',
    path: 'src/Names.java',
    renamedTo: 'src/Guests.java',
    source: `import java.util.List;

class Guests {
  static int count(List<String> names) {
    return names.size();
  }
}
`,
    mistake: { right: 'List<String> names', wrong: 'List names' },
    comment: '//',
    expected: {
      tool: 'javac',
      rule_id: 'rawtypes',
      kind: 'compile_warning',
      severity: 'medium',
      message: 'found raw type: List',
      line: 4,
      exitCode: 0,
    },
  },
];
