import type { Story } from './story.ts';

// What is imported of the standard library is compiled first: `testing` takes 20 s of a processor, nothing takes 3 s.
const GO_MOD = 'module example.test/greeter\n\ngo 1.21\n';

export const GO: Story[] = [
  {
    name: 'go-test',
    language: 'go',
    needs: ['go'],
    recipe: 'test',
    command: 'go test ./...',
    files: { 'go.mod': GO_MOD, 'double.go': 'package greeter\n\nfunc double(n int) int { return 2 * n }\n' },
    path: 'double_test.go',
    renamedTo: 'twice_test.go',
    source: `package greeter

import "testing"

func TestNothing(t *testing.T) {
	if double(0) != 0 {
		t.Error("twice nothing is nothing")
	}
}

func TestDouble(t *testing.T) {
	if got := double(2); got != 4 {
		t.Errorf("twice two is %d", got)
	}
}
`,
    mistake: { right: 'got != 4', wrong: 'got != 5' },
    comment: '//',
    expected: {
      tool: 'go-test',
      kind: 'test_failure',
      severity: 'high',
      message: 'twice two is 4',
      line: 13,
      exitCode: 1,
    },
    tests: { ran: 1, exitCodeWithout: 0 },
  },
  {
    name: 'go-build',
    language: 'go',
    needs: ['go'],
    recipe: 'build',
    command: 'go build ./...',
    files: { 'go.mod': GO_MOD },
    path: 'greet.go',
    renamedTo: 'welcome.go',
    source: `package greeter

// Greet says hello to a name.
func Greet(name string) string {
	return "Hello, " + name + "!"
}
`,
    mistake: { right: '" + name + "', wrong: '" + nam + "' },
    comment: '//',
    expected: {
      tool: 'go',
      kind: 'compile_error',
      severity: 'high',
      message: 'undefined: nam',
      line: 5,
      exitCode: 1,
    },
  },
  {
    name: 'go-vet',
    language: 'go',
    needs: ['go'],
    recipe: 'lint',
    command: 'go vet ./...',
    files: { 'go.mod': GO_MOD },
    path: 'count.go',
    renamedTo: 'tally.go',
    source: `package greeter

// Longer gives back the greater of two lengths.
func Longer(one, other int) int {
	if one < other {
		one = other
	}
	return one
}
`,
    mistake: { right: 'one = other', wrong: 'one = one' },
    comment: '//',
    expected: {
      tool: 'go-vet',
      rule_id: 'assign',
      kind: 'lint',
      severity: 'medium',
      message: 'self-assignment of one',
      line: 6,
      exitCode: 1,
    },
  },
];
