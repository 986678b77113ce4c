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

class Greeter {
  static String greet(List<String> names) {
    return "Hello, " + String.join(" and ", names) + "!";
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
  {
    name: 'javac-error',
    language: 'java',
    needs: ['javac'],
    recipe: 'build',
    command: 'javac -d out src/*.java',
    path: 'src/Count.java',
    renamedTo: 'src/Tally.java',
    source: `// How many letters a name has.
class Counter {
  static int count(String name) {
    return name.length();
  }
}
`,
    mistake: { right: 'name.length()', wrong: 'name.size()' },
    comment: '//',
    expected: {
      tool: 'javac',
      kind: 'compile_error',
      severity: 'high',
      message: 'cannot find symbol',
      line: 4,
      exitCode: 1,
    },
  },
];
