import type { Tool } from '../../../core/tool.ts';
import { createCargoTestParser } from './parser.ts';

/** What Rust's own test harness prints, one block a test binary. */
export const tool: Tool = {
  name: 'rust/cargo-test',
  title: 'cargo test',
  family: 'cargo-test',
  versions: 'cargo 1.95',
  evidence: 'captured',
  docs: ['https://doc.rust-lang.org/rustc/tests/index.html'],
  logs: [
    {
      format: 'cargo-test-text',
      hint: /^ {1,8}Running (?:unittests )?\S{1,300} \(|^ {1,8}Doc-tests \S|^running \d{1,7} tests?$|^test result: /,
      createParser: createCargoTestParser,
    },
  ],
};
