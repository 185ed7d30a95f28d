import * as v from 'valibot';
import { LONGEST_SECONDS, MOST_PASSCODE, MOST_USES } from '../core/health-links/messages.ts';
import { askOfLink, beginLink, forgetLink, givenLinks, type SignedAsk } from '../core/wallet/health-links.ts';
import { GivenLinkSchema, type GivenLink } from '../core/wallet/sealed-state.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { SalusError } from '../core/errors.ts';

const { id } = GivenLinkSchema.entries;

/** Arguments of the calls of {@link createLinkCalls}. */
export const LINK_ARGUMENTS = {
  beginLink: v.tuple([
    v.object({
      ...v.omit(GivenLinkSchema, ['made']).entries,
      until: v.pipe(v.number(), v.safeInteger()),
      most: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MOST_USES)),
    }),
    v.object({ file: id, passcode: v.pipe(v.string(), v.maxLength(MOST_PASSCODE)) }),
  ]),
  forgetLink: v.tuple([id]),
  givenLinks: v.tuple([]),
  askOfLink: v.tuple([id, v.picklist(['end', 'uses'])]),
} as const;

/** The calls of the wallet's own screens about health links that were given. What they lead to never comes here. */
export function createLinkCalls({ wallet, changed }: { readonly wallet: Wallet; readonly changed: () => void }) {
  return {
    async beginLink(link: Omit<GivenLink, 'made'>, kept: { file: string; passcode: string }): Promise<SignedAsk> {
      const session = await wallet.session();
      const left = link.until - session.now() / 1000;
      if (left <= 0 || left > LONGEST_SECONDS || !session.network.managers.includes(link.manager))
        throw new SalusError('bad-request', 'A link ends within a year, and is kept by a manager of this network.');
      return beginLink(session, link, kept);
    },
    async forgetLink(of: string): Promise<void> {
      await forgetLink(await wallet.session(), of);
      changed();
    },
    async givenLinks(): Promise<readonly GivenLink[]> {
      return givenLinks(await wallet.session());
    },
    async askOfLink(of: string, act: 'end' | 'uses'): Promise<SignedAsk> {
      return askOfLink(await wallet.session(), of, act);
    },
  };
}
