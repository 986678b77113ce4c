import type { Database } from '@crafting-table/database/connect';
import type { DigestSettings } from '@crafting-table/farm/digests/digest-settings';
import { getDigest } from '@crafting-table/farm/digests/list-digests';
import { renderHtml } from '@crafting-table/farm/digests/render-html';
import { renderText } from '@crafting-table/farm/digests/render-text';
import { trendPicture } from '@crafting-table/farm/digests/trend-picture';
import { isRefusal, type Refusal } from '@crafting-table/farm/refusal';
import { sent, type Call } from '../http/bind-routes.ts';

/**
 * What is shown came from tools and repositories: no script, no outer file, no form. To browsers it is a page of this farm all the
 * same, or its own links would come without the session, like those of another site.
 */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox allow-same-origin";

/** Sends a digest as a page or as text. */
export async function sendDigest(
  db: Database,
  { publicUrl }: DigestSettings,
  { caller, params, response }: Call<'getDigestPage' | 'getDigestText'>,
  form: 'html' | 'text',
): Promise<typeof sent | Refusal> {
  const digest = await getDigest(db, caller, { date: params.date, project: params.name });
  if (isRefusal(digest)) return digest;
  response.set({ 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-store' });
  if (form === 'text') {
    response.type('text/plain').send(renderText(digest, publicUrl));
  } else {
    const picture = `data:image/png;base64,${trendPicture(digest.trend).toString('base64')}`;
    response.type('text/html').send(renderHtml(digest, publicUrl, picture));
  }
  return sent;
}
