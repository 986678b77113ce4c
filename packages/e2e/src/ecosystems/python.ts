import type { Story } from './story.ts';

const GREET = `def greet(name):
    return f"Hello, {name}!"
`;

export const PYTHON: Story[] = [
  {
    name: 'unittest',
    language: 'python',
    needs: ['python'],
    recipe: 'test',
    command: 'python3 -m unittest',
    files: { 'greet.py': GREET },
    path: 'test_ada.py',
    renamedTo: 'test_lovelace.py',
    source: `import unittest
from greet import greet


class TestGreet(unittest.TestCase):
    def test_stranger(self):
        self.assertEqual(greet("friend"), "Hello, friend!")

    def test_ada(self):
        self.assertEqual(greet("Ada"), "Hello, Ada!")
`,
    mistake: { right: '"Hello, Ada!"', wrong: '"Hello, Eve!"' },
    comment: '#',
    expected: {
      tool: 'unittest',
      kind: 'test_failure',
      severity: 'high',
      message: "AssertionError: 'Hello, Ada!' != 'Hello, Eve!'",
      line: 10,
      exitCode: 1,
    },
    tests: { ran: 2, exitCodeWithout: 0 },
  },
  {
    name: 'pytest',
    language: 'python',
    needs: ['pytest'],
    recipe: 'test',
    command: 'python3 -m pytest',
    files: { 'greet.py': GREET },
    path: 'test_grace.py',
    renamedTo: 'test_hopper.py',
    source: `from greet import greet


def test_stranger():
    assert greet("friend") == "Hello, friend!"


def test_grace():
    assert greet("Grace") == "Hello, Grace!"
`,
    mistake: { right: '"Hello, Grace!"', wrong: '"Hello, Mallory!"' },
    comment: '#',
    expected: {
      tool: 'pytest',
      kind: 'test_failure',
      severity: 'high',
      message: "AssertionError: assert 'Hello, Grace!' == 'Hello, Mallory!'",
      line: 9,
      exitCode: 1,
    },
    tests: { ran: 2, exitCodeWithout: 5 },
  },
];
