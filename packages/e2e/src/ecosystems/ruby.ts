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
  {
    name: 'rspec',
    language: 'ruby',
    needs: ['rspec'],
    recipe: 'test',
    command: 'rspec',
    files: { 'lib/greet.rb': 'def greet(name) = "Hello, #{name}!"\n' },
    path: 'spec/grace_spec.rb',
    renamedTo: 'spec/hopper_spec.rb',
    source: `require 'greet'

RSpec.describe 'a greeting' do
  it 'is for a stranger, too' do
    expect(greet('friend')).to eq 'Hello, friend!'
  end

  it 'has the name' do
    expect(greet('Grace')).to eq 'Hello, Grace!'
  end
end
`,
    mistake: { right: "'Hello, Grace!'", wrong: "'Hello, Mallory!'" },
    comment: '#',
    expected: {
      tool: 'rspec',
      kind: 'test_failure',
      severity: 'high',
      message: 'expected: "Hello, Mallory!", got: "Hello, Grace!"',
      line: 9,
      exitCode: 1,
    },
    tests: { ran: 2, exitCodeWithout: 0 },
  },
];
