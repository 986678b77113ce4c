// A real SMTP server on a port of its own, that keeps what it is given and refuses what it is told to refuse.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { RelaySettings } from '../relay.ts';

export type ReceivedMail = { recipients: string[]; mail: ParsedMail };

export type MailServer = AsyncDisposable & {
  settings: RelaySettings;
  received: ReceivedMail[];
  /** Asked of each mail; a number is the SMTP code that it is refused with. */
  refuseMail: () => number | null;
  /** Asked of each address. */
  refuseAddress: (address: string) => number | null;
};

export async function startMailServer(): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const refusal = (code: number) => Object.assign(new Error('not now'), { responseCode: code });
  const rules = {
    refuseMail: (): number | null => null,
    refuseAddress: (_address: string): number | null => null,
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onMailFrom(_address, _session, callback) {
      const code = running.refuseMail();
      callback(code === null ? null : refusal(code));
    },
    onRcptTo({ address }, _session, callback) {
      const code = running.refuseAddress(address);
      callback(code === null ? null : refusal(code));
    },
    onData(stream, session, callback) {
      simpleParser(stream, (error, mail) => {
        if (!error)
          received.push({ recipients: session.envelope.rcptTo.map(({ address }) => address), mail });
        callback(error);
      });
    },
  });
  server.on('error', () => {}); // A client that goes away is no fault of the server.
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo; // It listens on TCP.
  const running: MailServer = {
    ...rules,
    received,
    settings: {
      host: '127.0.0.1',
      port,
      user: null,
      password: null,
      from: 'farm@farm.example',
      encryption: 'none',
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return running;
}
