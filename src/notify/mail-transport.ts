import type { SendMailOptions } from 'nodemailer';

/** How the connection to a mail server is protected. */
export type SmtpTls = 'starttls' | 'implicit' | 'none';

/** How to connect and log in to a mail server. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: SmtpTls;
  readonly login: { readonly user: string; readonly password: string } | undefined;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca: string | undefined;
}

/** Why an email was not accepted. Of the server's reply, messages contain only the codes, because replies may quote what was sent. */
export interface SmtpFailure {
  readonly code?: string | undefined;
  readonly originalCode?: string | undefined;
  /** The reply's three digits. */
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly command?: string | undefined;
}

/** A recipient that the server rejected. */
export interface RejectedRecipient extends SmtpFailure {
  readonly recipient?: string | undefined;
}

/** A mail server. Failures are errors with the fields of {@link SmtpFailure}. */
export interface MailTransport {
  /** Sends one email. The result names the recipients that the server rejected while it accepted others. */
  sendMail(mail: SendMailOptions): Promise<{ readonly rejectedErrors?: readonly RejectedRecipient[] | undefined }>;
  /** Connects and logs in. */
  verify(): Promise<unknown>;
  /** Closes the connection. Resolves when it is closed, which may take as long as the server takes to answer QUIT. */
  close(): Promise<void>;
}

/** Opens a transport for one attempt. The signal ends its connection. */
export type OpenMailTransport = (settings: SmtpSettings, signal: AbortSignal) => MailTransport;
