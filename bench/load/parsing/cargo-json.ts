import { Buffer } from 'node:buffer';

/** `cargo clippy --message-format=json`. */
export function makeCargoJson(bytesMin: number): Buffer {
  const lines: string[] = [];
  for (let n = 0, chars = 0; chars < bytesMin; n++) {
    const line = JSON.stringify(cargoMessage(n));
    lines.push(line);
    chars += line.length + 1;
  }
  return Buffer.from(`${lines.join('\n')}\n{"reason":"build-finished","success":true}\n`);
}

function cargoMessage(n: number) {
  const target = { kind: ['lib'], crate_types: ['lib'], name: 'shop', src_path: '/workspace/src/lib.rs' };
  const facts = {
    package_id: 'path+file:///workspace#shop@0.1.0',
    manifest_path: '/workspace/Cargo.toml',
    target: { ...target, edition: '2021', doc: true, doctest: true, test: true },
  };
  // Most messages only say that something was built.
  if (n % 3 !== 0) {
    const profile = {
      opt_level: '0',
      debuginfo: 2,
      debug_assertions: true,
      overflow_checks: true,
      test: false,
    };
    const filenames = [
      `/workspace/target/debug/deps/libshop-${n}.rlib`,
      `/workspace/target/debug/deps/libshop-${n}.rmeta`,
    ];
    return {
      reason: 'compiler-artifact',
      ...facts,
      profile,
      features: ['std'],
      filenames,
      executable: null,
      fresh: n % 2 === 0,
    };
  }
  const path = `src/part_${n % 40}/module_${n % 900}.rs`;
  const line = 1 + (n % 2000);
  const text = `    let value_${n} = compute(given).clone();`;
  const span = {
    byte_end: 29,
    byte_start: 4,
    column_end: 44,
    column_start: 21,
    expansion: null,
    file_name: path,
    is_primary: true,
    label: null,
    line_end: line,
    line_start: line,
    suggested_replacement: null,
    suggestion_applicability: null,
    text: [{ highlight_end: 44, highlight_start: 21, text }],
  };
  const lint = 'clippy::redundant_clone';
  const note = (level: string, message: string, spans: object[]) => ({
    children: [],
    code: null,
    level,
    message,
    rendered: null,
    spans,
  });
  const message = `redundant clone of 'value_${n}'`;
  const rendered = `warning: ${message}\n --> ${path}:${line}:21\n  |\n${line} | ${text}\n  |                     ^^^^^^^^ help: remove this\n  |\n  = note: \`#[warn(${lint})]\` on by default\n\n`;
  return {
    reason: 'compiler-message',
    ...facts,
    message: {
      rendered,
      $message_type: 'diagnostic',
      children: [
        note('note', `\`#[warn(${lint})]\` on by default`, []),
        note('help', 'remove this', [
          { ...span, suggested_replacement: '', suggestion_applicability: 'MachineApplicable' },
        ]),
      ],
      level: 'warning',
      message,
      spans: [span],
      code: { code: lint, explanation: null },
    },
  };
}
