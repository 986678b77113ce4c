// What cargo itself says when it cannot build: a manifest, a dependency or a registry that is not as it should be.
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine } from '../../../core/tool.ts';

const FAULT =
  /^error: (?<words>(?:failed to (?:parse|get|load|select|download|fetch|run custom|read|resolve|update|verify|sync|query)|could not find `Cargo\.toml`|no matching package|no such (?:sub)?command: .(?!(?:audit|deny|nextest)\b)|the lock file|cannot (?:update|create) the lock|package ID|package `|current package believes|virtual manifests|linking with|no (?:bin|lib|test|example) target|unexpected argument|invalid character|manifest path|no targets specified|dependency \(|cyclic package dependency|toolchain|rustup could not|unable to update|Unable to update|component download|linker `).*)$/;
const NETWORK =
  /Could(?:n't| not) resolve host|failed to (?:download|fetch|connect|update registry)|[Nn]etwork|spurious|timed? ?out|SSL|TLS|\[\d{1,2}\] |Unable to update registry|connection/;

type Fault = { words: string; lines: string[]; logLine: number };

export type CargoFaults = { line: (line: LogLine) => LineVerdict; close: () => void };

export function createCargoFaults(collector: LogCollector): CargoFaults {
  let fault: Fault | undefined;

  const close = () => {
    if (fault === undefined) return;
    const { words, lines, logLine } = fault;
    fault = undefined;
    const isLinker = words.startsWith('linking with') || words.startsWith('linker `');
    // A subcommand is a program of its own, such as `cargo-clippy`.
    const isMissing = words.startsWith('no such ');
    const isNetwork = NETWORK.test([words, ...lines].join('\n').slice(0, 8000));
    collector.add({
      kind: isMissing
        ? 'tool_error'
        : isLinker
          ? 'compile_error'
          : isNetwork
            ? 'infra_error'
            : 'config_error',
      severity: 'high',
      level: 'error',
      text: words,
      detail: lines.join('\n').trimEnd(),
      rule: { id: isMissing ? 'tool-missing' : isLinker ? 'linker' : undefined },
      logLine,
    });
    collector.closeRun({ completeness: 'failed', note: words });
  };

  return {
    line: (line) => {
      if (fault !== undefined && /^(?:$|Caused by:$| {2,}\S|\t)/.test(line.head)) {
        if (fault.lines.length < CONTINUATION_LINES_MAX) fault.lines.push(line.text);
        return 'reading';
      }
      close();
      const words = FAULT.exec(line.head)?.groups?.words;
      if (words === undefined) return 'ignored';
      fault = { words, lines: [], logLine: line.number };
      return 'reading';
    },
    close,
  };
}
