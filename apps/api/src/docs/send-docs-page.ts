import type { Response } from 'express';
import { DOCS_SECURITY_POLICY, docsPage } from './docs-page.ts';

export function sendDocsPage(response: Response, status: 200 | 401): void {
  response.status(status).set('Content-Security-Policy', DOCS_SECURITY_POLICY).type('html').send(docsPage());
}
