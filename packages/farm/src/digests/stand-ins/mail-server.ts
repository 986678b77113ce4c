// A real SMTP server on a port of its own, that keeps what it is given and refuses what it is told to refuse.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { RelaySettings } from '../relay.ts';
import { CERTIFICATE } from './certificate.ts';

/** `bytes`: the mail as it travelled. */
export type ReceivedMail = { recipients: string[]; mail: ParsedMail; bytes: number };

export type MailServer = AsyncDisposable & {
  settings: RelaySettings;
  received: ReceivedMail[];
  /** Asked of each mail; a number is the SMTP code that it is refused with. */
  refuseMail: () => number | null;
  /** Asked of each address. */
  refuseAddress: (address: string) => number | null;
  /** Asked when a mail has come to its end. */
  refuseContent: () => number | null;
  /** What it says then. */
  refusal: string;
};

/** Nobody gets in without these where a login is asked for. */
export const LOGIN = { user: 'farm', password: 'correct horse' };

/**
 * `needsLogin`: it takes mail from who logs in, and offers to encrypt, with a certificate that nobody trusts. `isEncrypted`: it
 * speaks TLS from the first byte.
 */
export async function startMailServer({ needsLogin = false, isEncrypted = false } = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const refusal = (code: number) => Object.assign(new Error(running.refusal), { responseCode: code });
  const rules = {
    refuseMail: (): number | null => null,
    refuseAddress: (_address: string): number | null => null,
    refuseContent: (): number | null => null,
    refusal: 'not now',
  };
  const server = new SMTPServer({
    ...CERTIFICATE,
    secure: isEncrypted,
    authOptional: !needsLogin,
    allowInsecureAuth: true,
    disabledCommands: needsLogin ? [] : ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onAuth({ username, password }, _session, callback) {
      const isRight = username === LOGIN.user && password === LOGIN.password;
      callback(isRight ? null : refusal(535), { user: username });
    },
    onMailFrom(_address, _session, callback) {
      const code = running.refuseMail();
      callback(code === null ? null : refusal(code));
    },
    onRcptTo({ address }, _session, callback) {
      const code = running.refuseAddress(address);
      callback(code === null ? null : refusal(code));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks);
        simpleParser(raw, (error, mail) => {
          const code = running.refuseContent();
          if (error || code !== null) return callback(error ?? refusal(code ?? 451));
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          received.push({ recipients, mail, bytes: raw.length });
          callback();
        });
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
