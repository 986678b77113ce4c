import { SettingsError } from '@crafting-table/contracts/settings';
import { findCronFault } from '../schedules/cron.ts';
import { isZone } from '../schedules/wall-clock.ts';

export type DigestSettings = {
  cron: string;
  tz: string;
  /** Links begin with it; without a slash at its end. */
  publicUrl: string;
  /** Whether there is a mail server. */
  isMailOn: boolean;
};

/** Throws SettingsError. */
export function digestSettings(settings: {
  CRAFTING_DIGEST_CRON: string;
  CRAFTING_DIGEST_TZ: string;
  CRAFTING_PUBLIC_URL: string;
  CRAFTING_SMTP_HOST?: string | undefined;
}): DigestSettings {
  const { CRAFTING_DIGEST_CRON: cron, CRAFTING_DIGEST_TZ: tz } = settings;
  const fault = findCronFault(cron);
  if (fault !== null) throw new SettingsError(`CRAFTING_DIGEST_CRON: ${fault}`);
  if (!isZone(tz)) throw new SettingsError(`CRAFTING_DIGEST_TZ: ${tz} is no zone, like Europe/Berlin or UTC`);
  const publicUrl = settings.CRAFTING_PUBLIC_URL.replace(/\/+$/, '');
  return { cron, tz, publicUrl, isMailOn: settings.CRAFTING_SMTP_HOST !== undefined };
}
