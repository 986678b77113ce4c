import type { Story } from './story.ts';

const CARGO_TOML = '[package]\nname = "greeter"\nversion = "0.1.0"\nedition = "2021"\n';

export const RUST: Story[] = [
  {
    name: 'cargo-build',
    language: 'rust',
    needs: ['cargo'],
    recipe: 'build',
    command: 'cargo build --offline',
    files: { 'Cargo.toml': CARGO_TOML, 'src/lib.rs': "pub const MARK: char = '!';\n" },
    path: 'src/bin/greet.rs',
    renamedTo: 'src/bin/welcome.rs',
    source: `use greeter::MARK;

fn main() {
    let name = "Ada";
    println!("Hello, {}{MARK}", name);
}
`,
    mistake: { right: '", name)', wrong: '", "you")' },
    comment: '//',
    expected: {
      tool: 'rustc',
      rule_id: 'unused_variables',
      kind: 'compile_warning',
      severity: 'medium',
      message: 'unused variable: `name`',
      line: 4,
      exitCode: 0,
    },
  },
  {
    name: 'cargo-test',
    language: 'rust',
    needs: ['cargo'],
    recipe: 'test',
    command: 'cargo test --offline',
    files: {
      'Cargo.toml': CARGO_TOML,
      'src/lib.rs': 'pub fn double(number: u32) -> u32 {\n    2 * number\n}\n',
    },
    path: 'tests/double.rs',
    renamedTo: 'tests/twice.rs',
    source: `use greeter::double;

#[test]
fn twice_nothing_is_nothing() {
    assert_eq!(double(0), 0);
}

#[test]
fn twice_two_is_four() {
    assert_eq!(double(2), 4);
}
`,
    mistake: { right: 'double(2), 4', wrong: 'double(2), 5' },
    comment: '//',
    expected: {
      tool: 'cargo-test',
      kind: 'test_failure',
      severity: 'high',
      message: 'assertion `left == right` failed',
      line: 10,
      exitCode: 101,
    },
    tests: { ran: 2, exitCodeWithout: 0 },
  },
];
