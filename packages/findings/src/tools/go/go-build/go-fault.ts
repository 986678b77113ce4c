// What the go command itself says when it cannot start: `go: go.mod file not found in current directory …`.
import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { LogLine } from '../../../core/tool.ts';

const FAULT =
  /^go: (?:errors parsing |go\.(?:mod|work) file not found|cannot find main module|updates to go\.(?:mod|work) needed|inconsistent vendoring|cannot load module|module cache not found|no such tool|unknown (?:sub)?command|build flag |cannot match |error (?:reading|loading|obtaining)|[^\s:]{1,300}@[^\s:]{1,100}: |toolchain not available|download(?:ing)? \S{1,100}: |go\.mod requires go|\S{1,300} requires go|missing go\.sum|verifying )/;
/** The network or a server, not the project. */
const NETWORK =
  /dial tcp|no such host|i\/o timeout|TLS handshake|connection (?:refused|reset)|proxyconnect|unexpected EOF|: 50\d |context deadline exceeded/;

export function isGoFault(head: string): boolean {
  return FAULT.test(head);
}

export function toGoFault({ head, text, number }: LogLine): FindingDraft {
  const isNetwork = NETWORK.test(head);
  return {
    kind: isNetwork ? 'infra_error' : 'config_error',
    severity: 'high',
    level: 'error',
    text: text.replace(/^go: /, ''),
    rule: { id: isNetwork ? 'network' : undefined },
    logLine: number,
  };
}
