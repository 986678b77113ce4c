import type { MessagePort } from 'node:worker_threads';
import { openParsedAttempt, type ParsedAttempt } from './parsed-attempt.ts';
import type { FromParser, ToParser } from './messages.ts';

/** Parses what the main thread sends, attempt by attempt, and keeps the findings of each until it is dropped. */
export function runFindingsThread(port: MessagePort): void {
  const open = new Map<number, ParsedAttempt>();
  const tell = (message: FromParser) => port.postMessage(message);
  port.on('message', (message: ToParser) => {
    if (message.kind === 'open') {
      open.set(message.id, openParsedAttempt(message.place));
      return;
    }
    const { id } = message;
    const attempt = open.get(id);
    switch (message.kind) {
      case 'feed':
        attempt?.feed(message.bytes);
        tell({ kind: 'fed', bytes: message.bytes.length });
        break;
      case 'end':
        if (attempt) tell({ kind: 'read', id, read: attempt.end(message.exitCode) });
        break;
      case 'judge':
        if (attempt) tell({ kind: 'judged', id, judged: attempt.judge(message.question) });
        break;
      case 'drop':
        open.delete(id);
        break;
    }
  });
}
