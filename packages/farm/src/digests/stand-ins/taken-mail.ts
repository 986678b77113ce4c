import type { Digest } from '@crafting-table/contracts/digest';
import type { TakenMail } from '@crafting-table/database/digests/outbox';

/** A mail as a sender takes it from the outbox, to one address. */
export function takenMail(content: Digest): TakenMail {
  return {
    project_id: '00000000-0000-7000-8000-0000000000aa',
    date: content.date,
    message_id: '<sample@crafting-table>',
    recipients: [{ address: 'team@attic.example', state: 'pending', error: null }],
    tries: 1,
    content,
  };
}
