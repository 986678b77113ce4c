import type { Story } from './story.ts';

export const RUBY: Story[] = [
  {
    name: 'minitest',
    language: 'ruby',
    needs: ['minitest'],
    recipe: 'test',
    command: 'ruby -Ilib -rminitest/autorun -e \'Dir["./test/*_test.rb"].each { |path| require path }\'',
    files: { 'lib/greet.rb': 'def greet(name) = "Hello, #{name}!"\n' },
    path: 'test/ada_test.rb',
    renamedTo: 'test/lovelace_test.rb',
    source: `require 'greet'

class TestGreet < Minitest::Test
  def test_stranger
    assert_equal 'Hello, friend!', greet('friend')
  end

  def test_ada
    assert_equal 'Hello, Ada!', greet('Ada')
  end
end
`,
    mistake: { right: "'Hello, Ada!'", wrong: "'Hello, Eve!'" },
    comment: '#',
    expected: {
      tool: 'minitest',
      kind: 'test_failure',
      severity: 'high',
      message: 'Expected: "Hello, Eve!", Actual: "Hello, Ada!"',
      line: 9,
      exitCode: 1,
    },
    tests: { ran: 2, exitCodeWithout: 0 },
  },
];
