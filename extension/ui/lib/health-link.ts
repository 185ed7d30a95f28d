import { SalusError } from '../../core/errors.ts';
import { aboutHealthLink, type HealthLink } from '../../core/import/health-link.ts';

/** What a link says of itself, or why it cannot be opened. Nothing is fetched. */
export function lookAtLink(text: string): HealthLink | SalusError {
  try {
    return aboutHealthLink(text);
  } catch (error) {
    if (error instanceof SalusError) return error;
    throw error;
  }
}
