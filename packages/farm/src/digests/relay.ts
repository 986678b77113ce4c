// The way to the mail server. The only place that knows nodemailer.
import type { Transporter } from 'nodemailer';

export type RelaySettings = {
  host: string;
  port: number;
  user: string | null;
  password: string | null;
  from: string;
  /** `starttls`: refused when the server does not offer it. */
  encryption: 'starttls' | 'tls' | 'none';
};

export type Mail = {
  messageId: string;
  /** Everybody it is for, in its head. */
  to: readonly string[];
  /** Those of them it is handed over for now. */
  now: readonly string[];
  subject: string;
  text: string;
  html: string;
  picture: { cid: string; png: Buffer };
};

/** `later`: the server may think better of it. */
export type Verdict = { verdict: 'sent' | 'refused' | 'later'; error: string | null };

/**
 * What the server said of each address. `isAway`: it was not there or let nobody in, so the next mail need not be tried now: a server
 * that hears a wrong password again and again shuts out whoever says it.
 */
export type Handover = { verdicts: Map<string, Verdict>; isAway: boolean };

export type Relay = AsyncDisposable & {
  /** Never throws: a server that is away says `later` of every address. */
  send(mail: Mail): Promise<Handover>;
};

/** A server slower than this is tried again later. */
const LIMITS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 60_000 };
const ERROR_MAX = 300;

export function openRelay(settings: RelaySettings): Relay {
  const { from } = settings;
  let opened: Promise<Transporter> | undefined;
  return {
    async send(mail) {
      const { messageId, to, now, subject, text, html, picture } = mail;
      try {
        const transport = await (opened ??= openTransport(settings));
        const info = await transport.sendMail({
          envelope: { from, to: [...now] },
          from,
          to: [...to],
          messageId,
          subject,
          text,
          html,
          headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834: nobody is to answer that they are on holiday.
          attachments: [
            { filename: 'trend.png', content: picture.png, cid: picture.cid, contentDisposition: 'inline' },
          ],
        });
        return judgeEach(now, (address) => verdictOf(address, info));
      } catch (error) {
        return judgeEach(now, (address) => verdictOfFailure(address, error), isAboutServer(error));
      }
    },
    async [Symbol.asyncDispose]() {
      (await opened)?.close();
    },
  };
}

/** Loads nodemailer, which no farm needs before its first mail. */
async function openTransport(settings: RelaySettings): Promise<Transporter> {
  const { host, port, user, password, encryption } = settings;
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port,
    secure: encryption === 'tls',
    requireTLS: encryption === 'starttls',
    ignoreTLS: encryption === 'none',
    ...(user !== null && { auth: { user, pass: password ?? '' } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...LIMITS,
  });
}

type SmtpError = {
  message: string;
  code?: string;
  command?: string;
  responseCode?: number;
  recipient?: string;
  rejectedErrors?: unknown;
};

function judgeEach(
  addresses: readonly string[],
  judge: (address: string) => Verdict,
  isAway = false,
): Handover {
  return { verdicts: new Map(addresses.map((address) => [address, judge(address)])), isAway };
}

type Answer = { accepted?: readonly (string | { address: string })[]; rejectedErrors?: unknown };

function verdictOf(address: string, { accepted = [], rejectedErrors }: Answer): Verdict {
  const taken = accepted.map((each) => (typeof each === 'string' ? each : each.address));
  if (taken.some((each) => isSameAddress(each, address))) return { verdict: 'sent', error: null };
  const refusal = refusalOf(address, rejectedErrors);
  return refusal ? verdictOfError(refusal) : { verdict: 'later', error: 'the mail server did not answer' };
}

function verdictOfFailure(address: string, error: unknown): Verdict {
  if (!isSmtpError(error)) return { verdict: 'later', error: short(String(error)) };
  return verdictOfError(refusalOf(address, error.rejectedErrors) ?? error);
}

function refusalOf(address: string, refusals: unknown): SmtpError | undefined {
  const known: unknown[] = Array.isArray(refusals) ? refusals : [];
  return known.filter(isSmtpError).find(({ recipient = '' }) => isSameAddress(recipient, address));
}

/** nodemailer writes domains in small letters. */
function isSameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** All that goes wrong before it comes to addresses and to what the mail says: the way, the greeting, the login, the sender. */
function isAboutServer(error: unknown): boolean {
  if (!isSmtpError(error) || error.code === 'EMESSAGE') return false;
  return error.code === 'EAUTH' || BEFORE_ADDRESSES.test(error.command ?? '');
}

/** What nodemailer calls these steps. */
const BEFORE_ADDRESSES = /^(CONN|EHLO|LHLO|HELO|STARTTLS|MAIL FROM)$/;

/**
 * 5xx about an address or about what the mail says is for good (RFC 5321, 4.2.1). About the login or the sender it is a setting
 * that somebody mends, of the farm or of the server.
 */
function verdictOfError({ responseCode, code, command, message }: SmtpError): Verdict {
  const isPermanent = responseCode !== undefined && responseCode >= 500;
  const isFinal = isPermanent && (command === 'RCPT TO' || code === 'EMESSAGE');
  return { verdict: isFinal ? 'refused' : 'later', error: short(message) };
}

/** As much as is worth reading, and nothing that cannot be stored: a server may say anything. */
function short(text: string): string {
  return text.replaceAll('\0', '').slice(0, ERROR_MAX).toWellFormed();
}

function isSmtpError(error: unknown): error is SmtpError {
  return error instanceof Error;
}
